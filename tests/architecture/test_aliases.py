"""In a statement, an alias stands for one thing."""

from collections import defaultdict

import sqlglot
from sqlglot import exp

from tests.support.statements import held_statements


def aliased_twice(sql: str) -> dict[str, set[str]]:
    """The aliases that stand for several tables or subqueries, and what those are."""
    sources: dict[str, list[exp.Expr]] = defaultdict(list)
    for statement in sqlglot.parse(sql, read="postgres"):
        for source in statement.find_all(exp.Table, exp.Subquery, exp.Lateral, exp.Unnest) if statement else ():
            if source.alias_or_name and not isinstance(source.parent, exp.Lock):
                sources[source.alias_or_name].append(source)
    # To write a subquery takes long, so that is done for those alone whose alias stands twice.
    named = {alias: {_named(each) for each in found} for alias, found in sources.items() if len(found) > 1}
    return {alias: names for alias, names in named.items() if len(names) > 1}


def _named(source: exp.Expr) -> str:
    is_table = isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    return source.name if is_table else source.sql("postgres")


def test_an_alias_stands_for_one_thing() -> None:
    assert {name: found for name, sql in held_statements().items() if (found := aliased_twice(sql))} == {}


def test_the_check_tells() -> None:
    sql = "SELECT FROM mark m WHERE EXISTS (SELECT FROM makeup_token m) AND EXISTS (SELECT FROM unnest($1) AS m (id))"
    assert len(aliased_twice(sql)["m"]) == 3
    assert aliased_twice("SELECT FROM mark m WHERE EXISTS (SELECT FROM mark m)") == {}
