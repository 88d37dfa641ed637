"""In a statement, an alias stands for one thing."""

from collections import defaultdict

import pytest
import sqlglot
from sqlglot import exp

from tests.support.statements import held_statements

STATEMENTS = held_statements()


def aliased_twice(sql: str) -> dict[str, set[str]]:
    """The aliases that stand for several tables or subqueries, and what those are."""
    named: dict[str, set[str]] = defaultdict(set)
    for statement in sqlglot.parse(sql, read="postgres"):
        for source in statement.find_all(exp.Table, exp.Subquery, exp.Lateral, exp.Unnest) if statement else ():
            if source.alias_or_name and not isinstance(source.parent, exp.Lock):
                is_table = isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
                named[source.alias_or_name].add(source.name if is_table else source.sql("postgres"))
    return {alias: sources for alias, sources in named.items() if len(sources) > 1}


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_alias_stands_for_one_thing(name: str) -> None:
    assert aliased_twice(STATEMENTS[name]) == {}


def test_the_check_tells() -> None:
    sql = "SELECT FROM mark m WHERE EXISTS (SELECT FROM makeup_token m) AND EXISTS (SELECT FROM unnest($1) AS m (id))"
    assert len(aliased_twice(sql)["m"]) == 3
    assert aliased_twice("SELECT FROM mark m WHERE EXISTS (SELECT FROM mark m)") == {}
