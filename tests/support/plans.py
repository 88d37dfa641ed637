"""Reads the plans by which PostgreSQL runs the application's statements, while it runs them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tests.support.statements import held_statements

_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}
_SEQUENTIAL = {"Seq Scan", "Sample Scan", "Tid Scan"}
_COLUMN = re.compile(r"\((?:\w+\.)?(\w+) (?:=|<|>|<=|>=|IS)")


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as it was run, in a trigger too, with the root of its plan."""

    statement: str
    root: dict[str, Any]

    @property
    def name(self) -> str:
        """The module and the name of the statement; its first words if no module holds it."""
        return _names().get(self.statement, " ".join(self.statement.split())[:90])

    @property
    def buffers(self) -> int:
        return int(self.root.get("Shared Hit Blocks", 0) + self.root.get("Shared Read Blocks", 0))

    def nodes(self) -> Iterator[dict[str, Any]]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.get("Plans", ())

    def rows_by_tenant_alone(self, tables: set[str]) -> Iterator[tuple[str, float]]:
        """The tables that are read without an index, or by an index of which only the tenant's key is used, and how
        many rows are.
        """
        for node in self.nodes():
            table = node.get("Relation Name") or _table_of(node.get("Index Name"), tables)
            if table not in tables:
                continue
            is_narrow = _columns(node.get("Index Cond")) - {"organization_id"}
            is_scan = node["Node Type"] in _SEQUENTIAL or "Index Cond" in node
            if is_scan and not is_narrow:
                yield table, node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.buffers} buffers", *_lines(self.root, 1)])


@cache
def _names() -> dict[str, str]:
    return {sql: name for name, sql in held_statements().items()}


def _columns(condition: str | None) -> set[str]:
    return set(_COLUMN.findall(condition or ""))


def _table_of(index: str | None, tables: set[str]) -> str | None:
    """The table of an index in a bitmap scan, which PostgreSQL does not name there."""
    found = [table for table in tables if index is not None and index.startswith(f"{table}_")]
    return max(found, key=len, default=None)


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    about = [node["Node Type"], node.get("Relation Name"), node.get("Index Name"), node.get("Index Cond")]
    rows = f"{node['Actual Rows']} x {node['Actual Loops']} rows, {node['Plan Rows']} expected"
    yield "  " * depth + " ".join(each for each in about if each) + f": {rows}"
    for child in node.get("Plans", ()):
        yield from _lines(child, depth + 1)


@dataclass
class Plans:
    """The plans of what the application has run since `clear`."""

    ran: list[Plan] = field(default_factory=list)

    def clear(self) -> None:
        self.ran.clear()

    def _listen(self, _: object, message: Any) -> None:
        head, _, body = message.message.partition("plan:\n")
        if head.startswith("duration:") and body:
            found = json.loads(body)
            self.ran.append(Plan(found["Query Text"], found["Plan"]))


async def reading_plans(owner: AsyncConnection, engine: AsyncEngine) -> Plans:
    """Let PostgreSQL tell each new connection of `engine` the plans of what it runs. The database is the test's own,
    and `owner` is a superuser.
    """
    name = await owner.scalar(text("SELECT quote_ident(current_database())"))
    for setting, value in _SETTINGS.items():
        await owner.exec_driver_sql(f"ALTER DATABASE {name} SET {setting} = '{value}'")
    plans = Plans()

    def listen(connection: Any, _: object) -> None:
        connection.driver_connection.add_log_listener(plans._listen)

    event.listen(engine.sync_engine, "connect", listen)
    return plans
