"""All kinds of background tasks. Each file in this folder that defines a Kind is listed here."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from attendance.rules.vocabulary import TaskKind
from attendance.tasks.assign_substitutes import AssignSubstitutes
from attendance.tasks.cancel_occurrences import CancelOccurrences
from attendance.tasks.carry_over import CarryOver
from attendance.tasks.create_cancellation_tokens import CreateCancellationTokens
from attendance.tasks.create_makeup_tokens import CreateMakeupTokens
from attendance.tasks.kind import Kind
from attendance.tasks.send_statements import SendStatements
from attendance.tasks.write_report import WriteReport

Kinds: TypeAlias = Mapping[TaskKind, Kind[Any]]

_ALL: tuple[Kind[Any], ...] = (
    CancelOccurrences(),
    CreateCancellationTokens(),
    CreateMakeupTokens(),
    SendStatements(),
    AssignSubstitutes(),
    CarryOver(),
    WriteReport(),
)
KINDS: Kinds = {each.kind: each for each in _ALL}
