"""The refusals that no union has a member for: what the client asked for is not there, or was not asked well."""

from attendance.rules import refusals
from attendance.rules.cancelling.cancellation_refusals import TooManyOccurrences
from gql.protocol.errors import Code, answer_with


def register_refusal_codes() -> None:
    """Let the protocol answer these refusals with their code as top-level errors."""
    answer_with(
        Code.NOT_FOUND,
        refusals.OccurrenceNotFound,
        refusals.LocationNotFound,
        refusals.KioskNotFound,
        refusals.NothingFound,
        refusals.StudentNotFound,
        refusals.ExpectedAbsenceNotFound,
    )
    answer_with(Code.BAD_USER_INPUT, refusals.SeenRevisionAhead, refusals.IdempotencyKeyReused, TooManyOccurrences)
