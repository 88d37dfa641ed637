"""Checks of texts about people in inputs, and the note that results show."""

from datetime import date, datetime
from uuid import UUID

from attendance.rules.kiosk.telephones import FEWEST_DIGITS, digits_of
from attendance.rules.people.registering import is_email
from db.people.students import read_notes_by_id
from db.unit_of_work import UnitOfWork
from gql.people.student_note import StudentNote, show_note
from gql.protocol.errors import BadInput

NAME_LENGTH = 100
EMAIL_LENGTH = 254
PHONE_LENGTH = 50
MOST_PHONES = 10
NOTE_LENGTH = 2000
MEDICAL_LENGTH = 2000
COMMENT_LENGTH = 500


def checked_text(given: str, argument: str, longest: int) -> str:
    """Return the text without surrounding white space. Raises BadInput when it is blank or too long."""
    text = given.strip()
    if not 0 < len(text) <= longest:
        raise BadInput(f"{argument} has {len(text)} characters; 1 to {longest} are allowed.")
    return text


def optional_text(given: str | None, argument: str, longest: int) -> str | None:
    """Return the text without surrounding white space, or None when it is null or blank. Raises BadInput when it is too
    long.
    """
    return checked_text(given, argument, longest) if given is not None and given.strip() else None


def optional_email(given: str | None, argument: str) -> str | None:
    """Return the address, or None when it is null or blank. Raises BadInput when it is no address."""
    text = optional_text(given, argument, EMAIL_LENGTH)
    if text is not None and not is_email(text):
        raise BadInput(f"{argument} is not an e-mail address.")
    return text


def optional_phone(given: str | None, argument: str) -> str | None:
    """Return the number as it was entered, or None when it is null or blank. Raises BadInput when nobody can be called
    by it.
    """
    text = optional_text(given, argument, PHONE_LENGTH)
    if text is not None and len(digits_of(text)) < FEWEST_DIGITS:
        raise BadInput(f"{argument} has fewer than {FEWEST_DIGITS} digits. Give the whole number.")
    return text


def checked_phones(given: list[str], argument: str) -> tuple[str, ...]:
    """Return the numbers as they were entered. Raises BadInput for one that is no number, and for too many."""
    if len(given) > MOST_PHONES:
        raise BadInput(f"{argument} has {len(given)} numbers; at most {MOST_PHONES} are allowed.")
    numbers = [optional_phone(each, f"{argument}.{index}") for index, each in enumerate(given)]
    return tuple(number for number in numbers if number is not None)


def checked_birth(given: date | None, argument: str, now: datetime) -> date | None:
    """Return the date. Raises BadInput when it is ahead, or more than 150 years ago."""
    if given is not None and not -1 <= (now.date() - given).days <= 150 * 366:
        raise BadInput(f"{argument} is {given}, which is not the birthday of anybody alive.")
    return given


async def show_kept_note(uow: UnitOfWork, note_id: UUID) -> StudentNote:
    """Return the note after the mutation. Raises LookupError."""
    for notes in (await read_notes_by_id(uow.connection, uow.organization_id, [note_id])).values():
        return show_note(notes[0])
    raise LookupError(f"no note {note_id}")
