"""Everything of graphql-core that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_graphql_internals.py has a test for each assumption.
"""

from collections.abc import Awaitable
from typing import Any, TypeVar

from graphql import GraphQLError, GraphQLList, GraphQLObjectType
from graphql.execution import Executor
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError

import pace
from gql.protocol.plain_fields import names_selected
from gql.protocol.strawberry_internals import StrawberryExecutor

T = TypeVar("T")


def limit_validation(*, comparisons: int, fragments: int) -> None:
    """Set the units of work that validation may spend on comparing repeated fields and on shared fragments.

    Both are constants of their modules, which validation reads anew for each document. When a document needs more,
    validation ends with an error for which `is_aborted` is true.
    """
    overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = comparisons
    validation_context.MAX_FRAGMENT_WORK = fragments


def is_aborted(error: GraphQLError) -> bool:
    """Return whether validation has ended with this error before it had checked everything."""
    return isinstance(error, ValidationAbortedError)


def executor_of_event(executor: Executor[Any], event: object) -> Executor[Any]:
    """Return a copy of a subscription's executor for one event, with the same context until `set_context`."""
    return executor.build_per_event_executor(event)


def set_context(executor: Executor[Any], context: object) -> None:
    """Give this executor another context. The executor of which it is a copy keeps its own."""
    executor.context_value = context


class ObjectExecutor(StrawberryExecutor):
    """An executor whose subclasses decide how each object is executed, without knowing how graphql-core calls them.

    graphql-core calls `execute_root_grouped_field_set` once per operation or event and, for the root of everything but
    a mutation and for each object below, `execute_fields`. Both receive the collected fields as a mapping from the
    response name to a list of details, of which each has its node. A copy made for an event shares the attributes of
    its original.

    What is selected of the object that a field returns is collected once for each field: `_relevant_sub_fields` holds
    it by the object's type and the identity of the details, which it keeps alive. It depends on the document and on the
    variables of its conditions alone.

    A list passes through `complete_list_value` with its type, the details, the information of its field, its path and
    its value. Neither null nor an exception does.

    A long response is completed in several turns of the loop. graphql-core calls `complete_list_item_value` for each
    item of a list that is not awaitable itself, with a list to which it appends what it completes, and takes it as
    awaitable when the method returns True. It awaits whatever a resolver returns through `with_abort_signal`.
    """

    def root_fields(self, collected: Any) -> Any:
        """Return the fields of the root that are executed. By default these are the collected ones."""
        return collected

    def execute_object(self, type_: GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
        """Return the response for an object, or an awaitable of it. By default graphql-core executes it."""
        return self.execute_by_library(type_, value, fields, place)

    def execute_by_library(self, type_: GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
        """Let graphql-core execute these fields of the object.

        place -- what `execute_object` has received
        """
        path, *position = place
        return super().execute_fields(type_, value, path, fields, *position)

    def complete_list(self, type_: GraphQLList[Any], details: Any, value: Any, place: Any) -> Any:
        """Return the response for a list, or an awaitable of it. By default graphql-core completes it."""
        return self.complete_list_by_library(type_, details, value, place)

    def complete_list_by_library(self, type_: GraphQLList[Any], details: Any, value: Any, place: Any) -> Any:
        """Let graphql-core complete the list.

        place -- what `complete_list` has received
        """
        info, path, *position = place
        return super().complete_list_value(type_, details, info, path, value, *position)

    def remember_selections(self, memory: dict[Any, Any]) -> None:
        """Keep in `memory` what is selected below each field. Executors with the same document and the same conditions
        can share it.
        """
        self._relevant_sub_fields = memory

    def condition(self, variable: str) -> object:
        """Return the value of a variable, its default if none was given."""
        return self.variable_values.coerced.get(variable)

    def names_below(self, details: Any) -> frozenset[str]:
        """Return the names of all fields that are selected anywhere below a field (see `names_selected`)."""
        return names_selected([each.node for each in details], self.fragment_definitions)

    def fields_below(self, type_: GraphQLObjectType, details: Any) -> tuple[Any, bool]:
        """Return the fields that are selected of an object in the place of `details`, and whether some are deferred."""
        fields, deferred, *_ = self.collect_subfields(type_, details)
        return fields, bool(deferred)

    def execute_root_grouped_field_set(
        self, root_type: GraphQLObjectType, root_value: Any, grouped_field_set: Any, *rest: Any
    ) -> Any:
        return super().execute_root_grouped_field_set(root_type, root_value, self.root_fields(grouped_field_set), *rest)

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Any, grouped_field_set: Any, *position: Any
    ) -> Any:
        return self.execute_object(parent_type, source_value, grouped_field_set, (path, *position))

    def complete_list_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, *position: Any
    ) -> Any:
        return self.complete_list(return_type, field_details_list, result, (info, path, *position))

    def complete_list_item_value(self, item: Any, complete_results: list[Any], *position: Any) -> bool:
        if pace.is_over():
            complete_results.append(self.complete_awaitable_list_item_value(_later(item), *position))
            return True
        return super().complete_list_item_value(item, complete_results, *position)

    async def with_abort_signal(self, awaitable: Awaitable[T]) -> T:
        found = await super().with_abort_signal(awaitable)
        await pace.turn()
        return found


async def _later(item: T) -> T:
    await pace.turn()
    return item


def name_in_schema(details: Any) -> str:
    """Return the name of a collected field as the schema has it."""
    name: str = details[0].node.name.value
    return name


def has_arguments(details: Any) -> bool:
    """Return whether the document gives a collected field any arguments."""
    return any(each.node.arguments for each in details)
