"""Which tables of an SQL statement lack the predicate that holds them to one tenant.

A table is tied to the tenant when its `organization_id` is compared with a parameter, or with the `organization_id` of
something that is tied itself. Row-level security hides other tenants' rows too, but that is the second wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from db import models

TENANT = "organization_id"
TABLES = frozenset(models.metadata.tables)


class NotUnderstoodError(Exception):
    """The statement has a form that this module does not know: teach it the form, or write the statement otherwise."""


@dataclass(frozen=True)
class _Tie:
    """A condition that ties the alias to the tenant when `by` is tied. `by` is None for a parameter, which is tied
    itself.
    """

    alias: str
    by: str | None


@dataclass
class _Sources:
    """What a query can name.

    outer -- aliases of the queries around it, each of which is checked where it stands
    tables -- table names by alias
    derived -- aliases of subqueries, functions and common table expressions, which are checked on their own
    """

    outer: frozenset[str]
    tables: dict[str, str] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)

    @property
    def visible(self) -> frozenset[str]:
        return self.outer | self.derived | self.tables.keys()


def untied_tables(sql: str) -> list[str]:
    """Each table that is not tied to a tenant, as "table alias". Raises NotUnderstoodError, or sqlglot's ParseError."""
    found: list[str] = []
    for statement in sqlglot.parse(sql, read="postgres"):
        if statement is not None and not _names_no_rows(statement):
            check = _Check(sql)
            found += check.query(statement, frozenset())
            check.demand_that_all_tables_were_seen(statement)
    return found


def _names_no_rows(statement: exp.Expr) -> bool:
    """Transaction control, settings, the removal of a temporary table, statistics."""
    return isinstance(statement, exp.Transaction | exp.Commit | exp.Rollback | exp.Set | exp.Drop | exp.Analyze)


class _Check:
    """One walk over one statement."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._seen: set[int] = set()

    def query(self, query: exp.Expr, outer: frozenset[str]) -> Iterator[str]:
        query = query.unnest()
        if with_ := query.args.get("with_"):
            for cte in with_.expressions:
                if cte.alias in TABLES:
                    raise NotUnderstoodError(f"{cte.alias} is a table and a common table expression: {self._sql}")
                yield from self.query(cte.this, outer)
        if isinstance(query, exp.SetOperation):
            yield from self.query(query.this, outer)
            yield from self.query(query.expression, outer)
        elif isinstance(query, exp.Insert):
            yield from self._insert(query, outer)
        elif isinstance(query, exp.Select | exp.Update | exp.Delete):
            yield from self._sources_of(query, outer)
        elif not isinstance(query, exp.Values):
            raise NotUnderstoodError(self._sql)

    def demand_that_all_tables_were_seen(self, statement: exp.Expr) -> None:
        for table in statement.find_all(exp.Table):
            if table.name in TABLES and id(table) not in self._seen and not isinstance(table.parent, exp.Lock):
                raise NotUnderstoodError(f"{table.name} stands where it was not looked for: {self._sql}")

    def _insert(self, insert: exp.Insert, outer: frozenset[str]) -> Iterator[str]:
        target, given = insert.this, insert.expression
        if not isinstance(target, exp.Schema):
            raise NotUnderstoodError(self._sql)
        self._seen.add(id(target.this))
        table, alias = target.this.name, target.this.alias_or_name
        names = [column.name for column in target.expressions]
        rows = [row.expressions for row in given.expressions] if isinstance(given, exp.Values) else [given.expressions]
        if TENANT not in names or not all(_is_tenant(row[names.index(TENANT)]) for row in rows):
            yield f"{table} {alias}"
        yield from self.query(given, outer)
        for inner in _subqueries(insert, without=given):
            yield from self.query(inner, outer | {alias})

    def _sources_of(self, query: exp.Expr, outer: frozenset[str]) -> Iterator[str]:
        sources = _Sources(outer)
        listed = list(_listed(query))
        for source, _ in listed:
            if isinstance(source, exp.Table) and source.name in TABLES:
                self._seen.add(id(source))
                sources.tables[source.alias_or_name] = source.name
            else:
                sources.derived.add(source.alias_or_name)
        ties = [tie for source, join in listed if join is not None for tie in self._ties_of(source, join, sources)]
        if where := query.args.get("where"):
            ties += _ties(where.this, sources)
        tied = _tied(ties, sources)
        yield from (f"{table} {alias}" for alias, table in sources.tables.items() if alias not in tied)
        for inner in _subqueries(query):
            yield from self.query(inner, sources.visible)

    def _ties_of(self, source: exp.Expr, join: exp.Join, sources: _Sources) -> list[_Tie]:
        if join.side not in ("", "LEFT", "FULL") or any(
            column.name == TENANT for column in join.args.get("using") or ()
        ):
            raise NotUnderstoodError(self._sql)
        if join.side == "FULL":
            # All rows of both sides come, whatever its condition says of them.
            return []
        found = _ties(join.args["on"], sources) if join.args.get("on") else []
        # All rows of an outer join's left side come, whatever its condition says of them.
        return [tie for tie in found if tie.alias == source.alias_or_name] if join.side else found


def _listed(query: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """What the query reads or writes, each with the join that brought it."""
    first = [] if isinstance(query, exp.Select) else [query.this]
    if from_ := query.args.get("from_"):
        first.append(from_.this)
    for source in [*first, *(query.args.get("using") or ())]:
        yield source, None
        yield from _joined_to(source)
    yield from _joined_to(query)


def _joined_to(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    for join in node.args.get("joins") or ():
        yield join.this, join
        yield from _joined_to(join.this)
    for lateral in node.args.get("laterals") or ():
        yield lateral, None


def _ties(condition: exp.Expr, sources: _Sources) -> list[_Tie]:
    """What holds wherever the condition does: an OR ties nothing."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _ties(condition.left, sources) + _ties(condition.right, sources)
    if isinstance(condition, exp.In) and all(_is_parameter(_bare(each)) for each in condition.expressions):
        alias = _whose_tenant(condition.this, sources) if condition.expressions else None
        return [] if alias is None else [_Tie(alias, None)]
    if not isinstance(condition, exp.EQ):
        return []
    left, right = condition.left.unnest(), condition.right.unnest()
    pairs = [(left, right)]
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        pairs = list(zip(left.expressions, right.expressions, strict=True))
    return [tie for one, other in pairs for tie in (*_tie(one, other, sources), *_tie(other, one, sources))]


def _tie(column: exp.Expr, value: exp.Expr, sources: _Sources) -> list[_Tie]:
    alias, value = _whose_tenant(column, sources), _bare(value)
    if alias is None:
        return []
    if _is_parameter(value) or (isinstance(value, exp.Any) and _is_parameter(_bare(value.this))):
        return [_Tie(alias, None)]
    by = _whose_tenant(value, sources)
    return [] if by is None else [_Tie(alias, by)]


def _whose_tenant(column: exp.Expr, sources: _Sources) -> str | None:
    """The alias of which the expression is the organization_id."""
    column = _bare(column)
    if not isinstance(column, exp.Column) or column.name != TENANT:
        return None
    if column.table:
        return column.table if column.table in sources.visible else None
    return next(iter(sources.tables)) if len(sources.tables) == 1 else None


def _tied(ties: list[_Tie], sources: _Sources) -> set[str]:
    tied = set(sources.outer | sources.derived)
    while more := {tie.alias for tie in ties if tie.by is None or tie.by in tied} - tied:
        tied |= more
    return tied


def _subqueries(node: exp.Expr, *, without: exp.Expr | None = None) -> Iterator[exp.Expr]:
    """The queries right below the node, common table expressions apart."""
    for name, value in node.args.items():
        for child in value if isinstance(value, list) else [value]:
            if name == "with_" or child is without or not isinstance(child, exp.Expr):
                continue
            if isinstance(child, exp.Select | exp.SetOperation):
                yield child
            else:
                yield from _subqueries(child)


def _is_tenant(value: exp.Expr) -> bool:
    plain = _bare(value.this if isinstance(value, exp.Alias) else value)
    return _is_parameter(plain) or (isinstance(plain, exp.Column) and plain.name == TENANT)


def _is_parameter(value: exp.Expr) -> bool:
    return isinstance(value, exp.Placeholder | exp.Parameter)


def _bare(value: exp.Expr) -> exp.Expr:
    while isinstance(value, exp.Cast | exp.Paren):
        value = value.this
    return value
