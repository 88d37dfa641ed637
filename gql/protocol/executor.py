"""An executor that completes plain data in one step.

graphql-core spends some microseconds on each field, and a roll sheet has a thousand fields. When a field only reads an
attribute of its object, or declares how its value is found at once (plain_fields.py), and all fields below it do too,
its selection is compiled (compiler.py). The compiled functions read the values and check their types. Everything that
is not exactly as expected (a null in a non-null field, another class, an error) is left to graphql-core, which executes
that object or list again and finds the same value or the correct error.

What is compiled depends on the document and on the variables of its conditions, so that all requests with the same
document share it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLList, GraphQLObjectType

import pace
from gql.protocol.compiler import Compiled, Plan
from gql.protocol.completions import Complete
from gql.protocol.graphql_internals import ObjectExecutor
from gql.protocol.plain_fields import LATER
from gql.protocol.root_field import RootField, only_root_field

# So many items of a list are completed before it is asked whether the turn is over.
_AT_ONCE = 8


class CompilingExecutor(ObjectExecutor):
    """Executes exactly as graphql-core does (see tests/api/protocol/test_executor.py), but faster."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use(Compiled())

    def use(self, compiled: Compiled) -> None:
        """Share what was compiled for the same document, operation and conditions.

        The executors of a subscription's events are copies and share it too.
        """
        self._compiled = compiled
        self.remember_selections(compiled.selections)

    def root_fields(self, collected: Any) -> Any:
        """Return the fields as they were collected first.

        What is compiled is found by their identity, as is what graphql-core collects below them.
        """
        if self._compiled.root_fields is None:
            self._compiled.root_fields = collected
            self._compiled.root_field = only_root_field(self, collected)
        return self._compiled.root_fields

    def root_field(self) -> RootField | None:
        return self._compiled.root_field if self.hooks is None and self.abort_signal is None else None

    def plain_event(self, event: object, context: Any) -> dict[str, Any] | None:
        root = self._compiled.root_fields
        type_ = self.schema.subscription_type
        if root is None or type_ is None or self.hooks is not None or self.abort_signal is not None:
            return None
        plan = self._compiled.plan(self, type_, root)
        if plan is None or plan.others or not plan.is_certain:
            return None
        try:
            return {name: read(event, context) for name, read in plan.plain}
        except Exception:
            return None

    def execute_object(self, type_: GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
        plan = self._compiled.plan(self, type_, fields) if self.hooks is None else None
        if plan is None:
            return self.execute_by_library(type_, value, fields, place)
        context = self.context_value
        try:
            plain = {name: read(value, context) for name, read in plan.plain}
        except Exception:
            return self.execute_by_library(type_, value, fields, place)
        others = plan.others if plan.is_certain else _left(plan, plain, fields)
        if not others:
            return plain
        answered = self.execute_by_library(type_, value, others, place)
        if self.is_awaitable(answered):
            return _joined_later(plan.names, plain, answered)
        return _joined(plan.names, plain, answered)

    def complete_list(self, type_: GraphQLList[Any], details: Any, value: Any, place: Any) -> Any:
        complete = self._compiled.item(self, type_, details) if self.hooks is None else None
        if complete is None or (type(value) is not list and type(value) is not tuple):
            return self.complete_list_by_library(type_, details, value, place)
        completed: list[Any] = []
        context = self.context_value
        try:
            for start in range(0, len(value), _AT_ONCE):
                if pace.is_over():
                    return self._completed_later(complete, completed, (type_, details, value, place))
                completed += [complete(item, context) for item in value[start : start + _AT_ONCE]]
        except Exception:
            return self.complete_list_by_library(type_, details, value, place)
        return completed

    async def _completed_later(
        self, complete: Complete, completed: list[Any], asked: tuple[GraphQLList[Any], Any, Sequence[Any], Any]
    ) -> Any:
        """Complete the rest of the list in later turns."""
        value, context = asked[2], self.context_value
        try:
            for start in range(len(completed), len(value), _AT_ONCE):
                await pace.turn()
                completed += [complete(item, context) for item in value[start : start + _AT_ONCE]]
        except Exception:
            found = self.complete_list_by_library(*asked)
            return await found if self.is_awaitable(found) else found
        return completed


def _left(plan: Plan, plain: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that graphql-core must execute, and remove from `plain` those that are for later."""
    later = {name: fields[name] for name, value in plain.items() if value is LATER}
    for name in later:
        del plain[name]
    return {**plan.others, **later}


def _joined(names: tuple[str, ...], *parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in the order in which they were requested."""
    found = {name: value for part in parts for name, value in part.items()}
    return {name: found[name] for name in names if name in found}


async def _joined_later(names: tuple[str, ...], plain: Mapping[str, Any], others: Any) -> dict[str, Any]:
    return _joined(names, plain, await others)
