"""R16.6: the alerts and the dashboard in deploy/ are valid, and ask for figures that exist."""

import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY
from promql_parser import AggregateExpr, BinaryExpr, Call, MatrixSelector, ParenExpr, UnaryExpr, VectorSelector

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rollbook.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "rollbook.json"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
FAULTS = OPERATIONS.partition("## Faults\n")[2].partition("\n## ")[0]
OF_PROMETHEUS = {"up"}
LABELS_OF_TARGETS = {"job", "instance"}


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    dashboard = json.loads(DASHBOARD.read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    """The expressions by where they stand. Grafana replaces its own variable by a duration."""
    found = {alert["alert"]: alert["expr"] for alert in alerts()}
    for panel in panels():
        for target in panel["targets"]:
            found[f"{panel['title']} {target['refId']}"] = target["expr"].replace("$__rate_interval", "5m")
    return found


@cache
def figures() -> dict[str, set[str]]:
    """The names under which processes show their figures, as on /metrics, with the labels of each."""
    for module in ("gql.app", "workers.main"):
        importlib.import_module(module)
    found: dict[str, set[str]] = {}
    for collector, names in REGISTRY._collector_to_names.items():
        for name in names:
            labels = set(getattr(collector, "_labelnames", ()))
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return found


def selectors(expression: Any) -> Iterator[VectorSelector]:
    match expression:
        case VectorSelector():
            yield expression
        case MatrixSelector():
            yield expression.vector_selector
        case AggregateExpr() | ParenExpr() | UnaryExpr():
            yield from selectors(expression.expr)
        case BinaryExpr():
            yield from selectors(expression.lhs)
            yield from selectors(expression.rhs)
        case Call():
            for argument in expression.args:
                yield from selectors(argument)


@pytest.mark.parametrize(("where", "expression"), expressions().items(), ids=expressions())
def test_R16_6_an_expression_is_promql_over_figures_and_labels_that_exist(where: str, expression: str) -> None:
    asked = list(selectors(promql_parser.parse(expression)))
    assert asked, where
    for selector in asked:
        name = str(selector.name)
        assert name in figures().keys() | OF_PROMETHEUS, f"{where}: no process shows {name}"
        known = figures().get(name, set()) | LABELS_OF_TARGETS
        assert {matcher.name for matcher in selector.matchers.matchers} <= known, where
    labels = set().union(*(figures().get(str(selector.name), set()) for selector in asked)) | LABELS_OF_TARGETS
    for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {label.strip() for label in grouped.split(",")} <= labels, where


def test_R16_6_an_alert_says_how_bad_it_is_and_what_is_wrong() -> None:
    for alert in alerts():
        assert alert["labels"]["severity"] in {"page", "ticket"}, alert["alert"]
        assert alert["annotations"]["summary"].endswith("."), alert["alert"]
        used = set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]))
        kept = set(re.findall(r"\w+", " ".join(re.findall(r"\bby \(([^)]*)\)", alert["expr"]))))
        assert used <= kept or "by (" not in alert["expr"], f"{alert['alert']} tells labels that its expression drops"


def test_R16_6_the_table_of_faults_names_every_alert_and_no_other() -> None:
    assert set(re.findall(r"\bRollbook[A-Z]\w+", FAULTS)) == {alert["alert"] for alert in alerts()}


def test_R16_6_the_table_of_faults_names_figures_and_log_lines_that_exist() -> None:
    code = "\n".join(
        path.read_text() for layer in ("gql", "workers", "db", "commands") for path in ROOT.glob(f"{layer}/**/*.py")
    )
    seen_in = [row.split(" | ")[1] for row in FAULTS.splitlines() if row.startswith("| ") and " | " in row][2:]
    named = {name for cell in seen_in for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) > 30
    for name in named - OF_PROMETHEUS:
        is_figure = name.startswith(("rollbook_", "process_"))
        exists = any(each.startswith(name) for each in figures()) if is_figure else f'"{name}"' in code
        assert exists, name


def test_R16_6_each_panel_asks_a_question_in_a_place_of_its_own() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels()]
    assert len(set(places)) == len(places)
    for panel in panels():
        assert panel["description"], panel["title"]
        assert all(target["legendFormat"] for target in panel["targets"])


def test_R16_6_prometheus_asks_the_services_of_the_compose_file() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    configuration = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())
    assert configuration["rule_files"] == [RULES.name]
    for scraped in configuration["scrape_configs"]:
        (target,) = scraped["dns_sd_configs"]
        (service,) = target["names"]
        assert scraped["job_name"] == f"rollbook-{service}"
        port = compose[service]["environment"].get("ROLLBOOK_METRICS_PORT", 8000)
        assert target["port"] == port
