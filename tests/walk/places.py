"""What enrolling, dropping and transferring do to the model, and when they are refused."""

from datetime import date, timedelta

from tests.walk.acts import Refused
from tests.walk.model import Model, Place

DAY = timedelta(days=1)
ONE_DAY = ("SINGLE_DAY", "MAKEUP")


def enroll(model: Model, new: Place) -> None:
    _require_place(model, new)
    model.places.append(new)


def drop(model: Model, place: Place, drop_on: date) -> None:
    """R3.1: at the end of its day; before the first day the place never was."""
    _require_open(place)
    if drop_on < place.starts_on:
        place.is_deleted = True
        return
    if place.type in ONE_DAY or (place.drop_on is not None and drop_on > place.drop_on):
        raise Refused("EnrollmentEnded")
    place.drop_on = drop_on


def transfer(model: Model, place: Place, offering: str, starts_on: date) -> None:
    """One transfer for each source, which ends on the day before."""
    _require_open(place)
    if place.type not in ("ACTIVE", "TRIAL"):
        raise Refused("EnrollmentTypeNotAllowed")
    last = starts_on - DAY
    if last < place.starts_on:
        raise Refused("OfferingDoesNotMeet")
    if place.drop_on is not None and place.drop_on < last:
        raise Refused("EnrollmentEnded")
    new = Place("", place.student, offering, starts_on, place.type)
    before, place.drop_on = place.drop_on, last
    try:
        _require_place(model, new)
    except Refused:
        place.drop_on = before
        raise
    place.is_transferred = True
    model.places.append(new)


def _require_open(place: Place) -> None:
    if place.is_deleted or place.is_transferred:
        raise Refused("EnrollmentEnded")


def _require_place(model: Model, new: Place) -> None:
    """The class meets while the student has the place, and nobody has two places in a class on one date."""
    dates = [sheet.slot.held_on for sheet in model.sheets.values() if sheet.slot.offering == new.offering]
    if not any(new.starts_on <= day and (new.drop_on is None or day <= new.drop_on) for day in dates):
        raise Refused("OfferingDoesNotMeet")
    for place in model.places:
        is_same = place.student == new.student and place.offering == new.offering and not place.is_deleted
        is_bar = place.type != "WAITLIST" or new.type == "WAITLIST"
        if is_same and is_bar and _overlap(place, new):
            raise Refused("AlreadyEnrolled")


def _overlap(one: Place, other: Place) -> bool:
    return (one.drop_on is None or other.starts_on <= one.drop_on) and (
        other.drop_on is None or one.starts_on <= other.drop_on
    )
