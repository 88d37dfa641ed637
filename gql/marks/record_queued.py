"""The mutation `recordQueued` records what a client has queued while it was offline (R14.3)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from attendance.rules.refusals import AskedWrongly, NothingFound, Refusal
from gql.calendar.occurrence import Occurrence
from gql.fields.access import PORTALS, requires
from gql.fields.context import Info, changing
from gql.fields.user_errors import PermissionDenied, UserError, told
from gql.fields.vocabulary import Portal
from gql.kiosk.kiosk import KioskReadOnly, OutsideCheckInWindow
from gql.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    CapturedTimeNotPossible,
    CheckInModeOff,
    StudentNotOnRoster,
)
from gql.marks.check_in import CheckInInput
from gql.marks.check_in import resolve as check_in
from gql.marks.clear_mark import ClearMarkInput
from gql.marks.clear_mark import resolve as clear_mark
from gql.marks.mark_attendance import MarkAttendanceInput
from gql.marks.mark_attendance import resolve as mark_attendance
from gql.marks.submit_attendance import SubmitAttendanceInput
from gql.marks.submit_attendance import resolve as submit_attendance
from gql.marks.vocabulary import AttendanceStatus, QueuedActFault
from gql.protocol.errors import BadInput, Forbidden, NotAuthenticated, NotFound, failed, unavailable
from gql.protocol.guard import weighs
from gql.roster.roster import RosterEntry
from gql.tokens.makeup_token import MakeupToken

ACT_LIMIT = 500
# Most clients have queued a few dozen acts, of some ten milliseconds each (decision 54).
_WEIGHT = 5_000


@strawberry.input(description="One queued act. Exactly one of its fields is given.")
class QueuedActInput:
    submit_attendance: SubmitAttendanceInput | None = strawberry.field(
        default=None, description="What `submitAttendance` would have received."
    )
    mark_attendance: MarkAttendanceInput | None = strawberry.field(
        default=None, description="What `markAttendance` would have received."
    )
    clear_mark: ClearMarkInput | None = strawberry.field(
        default=None, description="What `clearMark` would have received."
    )
    check_in: CheckInInput | None = strawberry.field(default=None, description="What `checkIn` would have received.")


@strawberry.input(description="What a client has queued.")
class RecordQueuedInput:
    acts: list[QueuedActInput] = strawberry.field(
        description=f"The acts, in any order, at most {ACT_LIMIT}. Each has `idempotencyKey` and `capturedAt`, and no "
        "two have the same key."
    )


@strawberry.type(
    description="The act cannot be recorded, however often it is sent. Nothing was changed. Keep it and show it, so "
    "that a person can decide."
)
class QueuedActNotPossible(UserError):
    fault: QueuedActFault = strawberry.field(description="Why it cannot be recorded.")


@strawberry.type(
    description="The act was not recorded, because the server cannot do it at the moment, or because an earlier act "
    "for the same occurrence has to come first. Nothing was changed. Send it again with the same key."
)
class QueuedActPostponed(UserError):
    retry_after: int = strawberry.field(description="The number of seconds after which it should be sent again.")


@strawberry.type(description="The act is recorded. This is also the answer when the marks were already as requested.")
class QueuedActRecorded:
    occurrence: Occurrence | None = strawberry.field(
        description="The occurrence after the act. Null when the caller is a kiosk."
    )
    status: AttendanceStatus | None = strawberry.field(
        description="How the student of a check-in is marked. Null for other acts, and when the act was sent again and "
        "the mark has been cleared since."
    )
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks the act changed, by last name, then first name. Empty when the caller is a "
        "kiosk."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="The makeup tokens that the act issued or reinstated at once. Empty when the caller is a kiosk."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="The unused makeup tokens that the act revoked. Empty when the caller is a kiosk."
    )


QueuedOutcome: TypeAlias = Annotated[
    QueuedActRecorded
    | AttendanceConflict
    | AttendanceNotRecordable
    | CapturedTimeNotPossible
    | CheckInModeOff
    | KioskReadOnly
    | OutsideCheckInWindow
    | StudentNotOnRoster
    | PermissionDenied
    | QueuedActNotPossible
    | QueuedActPostponed,
    strawberry.union("QueuedOutcome", description="What became of one queued act."),
]


@strawberry.type(description="What became of one queued act.")
class QueuedResult:
    idempotency_key: str = strawberry.field(description="The key of the act.")
    outcome: QueuedOutcome = strawberry.field(
        description="What its own mutation would have answered, as QueuedActRecorded or as a refusal."
    )


@strawberry.type(description="Each of the acts was answered.")
class RecordQueuedSuccess:
    results: list[QueuedResult] = strawberry.field(
        description="One result for each act, in the order in which they were captured."
    )


RecordQueuedResult: TypeAlias = Annotated[
    RecordQueuedSuccess | PermissionDenied,
    strawberry.union("RecordQueuedResult", description="What became of each act."),
]

_RESOLVERS: dict[type[Any], Callable[[Info, Any], Awaitable[Any]]] = {
    SubmitAttendanceInput: submit_attendance,
    MarkAttendanceInput: mark_attendance,
    ClearMarkInput: clear_mark,
    CheckInInput: check_in,
}


async def resolve(
    info: Info, input: Annotated[RecordQueuedInput, strawberry.argument(description="The queued acts.")]
) -> RecordQueuedResult | None:
    acts = _checked(input.acts)
    async with changing(info, input):
        pass  # A caller who may do none of the acts is told so once. Each act checks the caller anew.
    postponed: dict[str, QueuedActPostponed] = {}
    results = []
    for act in sorted(acts, key=_captured_at):
        earlier = postponed.get(act.occurrence_id)
        outcome = earlier or await _outcome(info, act)
        if isinstance(outcome, QueuedActPostponed):
            postponed[act.occurrence_id] = outcome
        results.append(QueuedResult(idempotency_key=act.idempotency_key, outcome=outcome))
    return RecordQueuedSuccess(results=results)


def _captured_at(act: Any) -> datetime:
    captured_at: datetime = act.captured_at
    return captured_at


def _checked(acts: list[QueuedActInput]) -> list[Any]:
    """Return the inputs of the acts. Raises BadInput when one of them could not be told apart from another, or not be
    put in order.
    """
    if len(acts) > ACT_LIMIT:
        raise BadInput(f"input.acts has {len(acts)} entries; at most {ACT_LIMIT} are allowed.")
    checked: list[Any] = []
    keys: set[str] = set()
    for place, act in enumerate(acts):
        kinds = (act.submit_attendance, act.mark_attendance, act.clear_mark, act.check_in)
        given = [each for each in kinds if each is not None]
        if len(given) != 1:
            raise BadInput(f"input.acts.{place} has {len(given)} acts. Give exactly one.")
        (one,) = given
        if not one.idempotency_key or one.captured_at is None:
            raise BadInput(f"input.acts.{place} needs both idempotencyKey and capturedAt.")
        if one.idempotency_key in keys:
            raise BadInput(f"input.acts.{place} has an idempotencyKey that was given before. Each act needs its own.")
        keys.add(one.idempotency_key)
        checked.append(one)
    return checked


async def _outcome(info: Info, act: Any) -> Any:
    """Do one act in a transaction of its own, and return its answer whatever it is, so that no act stops the others."""
    claims = info.context.claims
    if claims is not None and claims.portal is Portal.KIOSK and not isinstance(act, CheckInInput):
        sentence = f"This cannot be done from {PORTALS[Portal.KIOSK]}."
        return QueuedActNotPossible(message=sentence, fault=QueuedActFault.FORBIDDEN)
    try:
        return _show(await _RESOLVERS[type(act)](info, act))
    except NotAuthenticated:
        raise
    except Exception as fault:
        return _show_fault(info, fault)


def _show(success: Any) -> QueuedActRecorded:
    return QueuedActRecorded(
        occurrence=success.occurrence,
        status=getattr(success, "status", None),
        changed_entries=success.changed_entries,
        issued_tokens=success.issued_tokens,
        revoked_tokens=success.revoked_tokens,
    )


def _show_fault(info: Info, fault: Exception) -> UserError:
    if isinstance(fault, Refusal) and (member := told(fault)) is not None:
        return member
    if isinstance(fault, NothingFound | NotFound):
        return QueuedActNotPossible(message=str(fault), fault=QueuedActFault.NOT_FOUND)
    if isinstance(fault, AskedWrongly | BadInput):
        return QueuedActNotPossible(message=str(fault), fault=QueuedActFault.NOT_UNDERSTOOD)
    if isinstance(fault, Forbidden):
        return QueuedActNotPossible(message=str(fault), fault=QueuedActFault.FORBIDDEN)
    error = failed(fault, info.context.request_id)
    passing = unavailable(fault)
    if passing is not None:
        return QueuedActPostponed(message=error["message"], retry_after=passing.retry_after)
    return QueuedActNotPossible(message=error["message"], fault=QueuedActFault.INTERNAL)


field = strawberry.mutation(
    resolver=resolve,
    description="Records what a client has queued while it was offline. The acts are done one after the other in the "
    "order in which they were captured, each in a transaction of its own: an act that is refused does not stop the "
    "others. Each is answered as its own mutation would have answered it, and sending it again, here or there, with "
    "the same key gives the same answer and changes nothing again. When the connection breaks, send all of them again. "
    "Needs attendance FULL in the Office Portal or the Staff Portal. A kiosk sends check-ins alone.",
    metadata={**requires(RECORD_ATTENDANCE, by_name=[Portal.KIOSK]), **weighs(_WEIGHT)},
)
