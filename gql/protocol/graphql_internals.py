"""Everything of graphql-core that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_graphql_internals.py has a test for each assumption.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Self, TypeVar

from graphql import GraphQLError, GraphQLList, GraphQLObjectType, Undefined, coerce_input_value, get_argument_values
from graphql.execution import Executor
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.pyutils import Path
from graphql.type import GraphQLResolveInfoHelpers
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError

import pace
from gql.protocol.plain_fields import names_selected
from gql.protocol.root_field import RootField
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


def plain_event(executor: Executor[Any], event: object, context: Any) -> dict[str, Any] | None:
    """Return the data of an event that needs no executor of its own, or None."""
    return executor.plain_event(event, context) if isinstance(executor, ObjectExecutor) else None


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

    The executor of an event is made by `copy`, and an executor has nothing but the attributes in its dictionary.

    A list passes through `complete_list_value` with its type, the details, the information of its field, its path and
    its value. Neither null nor an exception does.

    `execute_operation` executes a query or mutation. An error of a root field is noted, or raised by
    `handle_field_error` where null is not allowed; then it is noted without a path, and there are no data.
    `build_response` returns the result. Arguments that are variables have their coerced values; null, and a variable
    that was not given, are left to `get_argument_values`. An object whose class tells its type needs no test of its
    type.

    A long response is completed in several turns of the loop. graphql-core calls `complete_list_item_value` for each
    item of a list that is not awaitable itself, with a list to which it appends what it completes, and takes it as
    awaitable when the method returns True. It awaits whatever a resolver returns through `with_abort_signal`.
    """

    def __copy__(self) -> Self:
        """Return what `copy` would return, in a third of the time. Each event is executed by a copy."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def root_fields(self, collected: Any) -> Any:
        """Return the fields of the root that are executed. By default these are the collected ones."""
        return collected

    def root_field(self) -> RootField | None:
        """Return the operation's only root field, to execute it directly. By default graphql-core executes all."""
        return None

    def plain_event(self, event: object, context: Any) -> dict[str, Any] | None:
        """Return the data of an event whose fields are all plain, or None when graphql-core has to execute it. By
        default it executes all.
        """
        return None

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

    def execute_operation(self, serially: bool | None = None) -> Any:
        root = self.root_field()
        return super().execute_operation(serially) if root is None else self._answer(root)

    async def _answer(self, root: RootField) -> Any:
        """Do what graphql-core does with this root field, in the same order."""
        path = Path(None, root.name, root.parent.name)
        info = self.build_resolve_info(root.field, root.nodes, root.parent, path)
        try:
            try:
                completed = await self._completed(root, info, path)
            except Exception as fault:
                self.handle_field_error(fault, root.field.type, root.details, path)
                completed = None
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        return self.build_response({root.name: completed})

    async def _completed(self, root: RootField, info: Any, path: Path) -> Any:
        resolve: Any = root.field.resolve
        found = await resolve(self.root_value, info, **self._arguments(root))
        await pace.turn()
        known = root.objects.get(type(found))
        if known is None:
            completed = self.complete_value(root.field.type, root.details, info, path, found, None)
        else:
            type_, fields = known
            completed = self.execute_object(type_, found, fields, (path, None))
        return await completed if self.is_awaitable(completed) else completed

    def _arguments(self, root: RootField) -> dict[str, Any]:
        if root.arguments is not None:
            given = self.variable_values.coerced
            found = {name: given.get(variable) for name, variable in root.arguments}
            if None not in found.values():
                return found
        fragment_variables = root.details[0].fragment_variable_values
        return get_argument_values(
            root.field, root.nodes[0], self.variable_values, fragment_variables, self.hide_suggestions
        )

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


class Pattern:
    """An executor from which those of further requests with the same operation are copied. To build one takes a
    twentieth of a roll sheet's CPU, and most of that is the same for all requests.

    An executor knows the signature of each variable of its operation. A value that does not fit a type is coerced to
    Undefined. Copies share what graphql-core remembers of deferred and streamed fields, so an operation that has any
    cannot be copied. They also share `async_helpers`, two methods of the executor that was built, which keep it alive.
    """

    def __init__(self, executor: ObjectExecutor) -> None:
        mine: Any = executor_of_event(executor, None)
        self._signatures = {name: source.signature for name, source in executor.variable_values.sources.items()}
        # Nothing of the first request is kept.
        mine.context_value, mine.variable_values, mine.operation_extensions = None, VariableValues({}, {}), None
        mine.async_helpers = GraphQLResolveInfoHelpers(mine.gather_async_work, mine.track_async_work)
        self._executor: Executor[Any] = mine

    def executor(
        self, context: object, given: Mapping[str, Any], extensions: Mapping[str, Any]
    ) -> Executor[Any] | None:
        """Return an executor for these variables, or None when one has to be built, because a variable has its default
        or does not fit its type.
        """
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, signature in self._signatures.items():
            if name not in given:
                return None
            value = coerced[name] = coerce_input_value(given[name], signature.type)
            if value is Undefined:
                return None
            sources[name] = VariableValueSource(signature, given[name])
        executor = executor_of_event(self._executor, None)
        executor.context_value = context
        executor.variable_values = VariableValues(sources, coerced)
        executor.operation_extensions = dict(extensions)  # type: ignore[attr-defined]
        return executor


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
