"""The columns beside a name by which it is sorted and searched (R3.2). An insert through the model fills them.

A statement that changes a name sets both keys too (`db.names.keys_of`). The default of the server, an empty key, is for
processes of the release before; `db.missing_keys` fills it.
"""

from sqlalchemy import Text
from sqlalchemy.engine.default import DefaultExecutionContext

from db.names import keys_of

NAME_KEY = Text(collation="C")


def made_sort_key(context: DefaultExecutionContext) -> str:
    return _keys(context)[0]


def made_search_key(context: DefaultExecutionContext) -> str:
    return _keys(context)[1]


def _keys(context: DefaultExecutionContext) -> tuple[str, str]:
    table: str = context.compiled.compile_state.dml_table.name  # type: ignore[union-attr]
    return keys_of(table, context.get_current_parameters())  # type: ignore[no-untyped-call]
