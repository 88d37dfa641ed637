"""What each act does to the model, and what it must answer: the rules of sections 4 to 7 of domain.md."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from tests.walk.calendar import end_of_day
from tests.walk.model import KEEP, PRESENT_FAMILY, SYSTEM, Actor, Mark, Model, Sheet
from tests.walk.tokens import Token

DAY = timedelta(days=1)
Asked: TypeAlias = tuple[str | None, str | None]
"""Of one row: status (None clears) and note (None removes, KEEP keeps)."""
Wanted: TypeAlias = Mapping[str, Asked]


class Refused(Exception):
    """With the type of the refusal, or the code of a top-level error."""


def submit(model: Model, actor: Actor, sheet: Sheet, wanted: Wanted, rest: str | None, seen: int | None) -> None:
    """R4.1, R4.2, R4.5, R4.10, R4.12."""
    if sheet.slot.held_on > model.today(sheet):
        raise Refused("AttendanceNotRecordable")
    places = model.places_on(sheet)
    rows = places.keys() | sheet.marks.keys()
    if not wanted.keys() <= rows:
        raise Refused("StudentNotOnRoster")
    is_checking_in = model.settings.is_check_in(actor.source)
    before = sheet.marks
    after = {each: _after(before.get(each), wanted.get(each), rest, actor, is_checking_in) for each in rows}
    checks_in = [each for each, mark in after.items() if mark and mark.is_check_in and mark is not before.get(each)]
    if is_checking_in and checks_in:
        after = {each: mark or model.default(each, sheet, by_check_in=True) for each, mark in after.items()}
    after, follows = _without_defaults(before, after)
    changes = {student: mark for student, mark in after.items() if _is_news(mark, sheet.marks.get(student))}
    _require_excuse(actor, sheet, changes)
    _require_no_conflict(actor, sheet, {student: changes[student] for student in changes if student in wanted}, seen)
    _record(model, sheet, changes, actor, cause=actor.source, follows=follows)


def _without_defaults(
    before: Mapping[str, Mark], after: dict[str, Mark | None]
) -> tuple[dict[str, Mark | None], frozenset[str]]:
    """R4.5b: what is left when the last check-in is cleared, and whose default goes with it."""
    is_taken_back = any(mark.is_check_in and after[student] is None for student, mark in before.items())
    if not is_taken_back or any(mark and mark.is_check_in for mark in after.values()):
        return after, frozenset()
    follows = {student for student, mark in after.items() if mark and mark.is_defaulted and mark.by_check_in}
    return after | dict.fromkeys(follows), frozenset(follows)


def mark_one(model: Model, actor: Actor, sheet: Sheet, wanted: Wanted, seen: int | None) -> None:
    """R4.3: one student at a time, in check-in mode alone."""
    if not model.settings.is_check_in(actor.source):
        raise Refused("CheckInModeOff")
    submit(model, actor, sheet, wanted, None, seen)


def check_in(model: Model, actor: Actor, sheet: Sheet, student: str) -> None:
    """R4.8, R5.3: the first time and status stand; at the kiosk also what staff decided, save ABSENT. A kiosk reaches
    its location's day, and of the day before what still runs (R11.2).
    """
    mark = sheet.marks.get(student)
    is_kiosk = actor.source == "KIOSK"
    is_running = sheet.slot.starts_at <= model.now < sheet.slot.ends_at
    if is_kiosk and sheet.slot.held_on != model.today(sheet) and not is_running:
        raise Refused("NOT_FOUND")
    is_decided = mark is not None and (
        mark.is_present or (is_kiosk and not mark.is_defaulted and mark.status != "ABSENT")
    )
    is_arrival = is_kiosk or model.now < sheet.slot.ends_at
    is_tardy = model.settings.kiosk_marks_tardy and is_arrival and model.now > sheet.slot.starts_at
    status = "TARDY" if is_tardy else "PRESENT"
    keeps = (mark.status, KEEP) if is_decided and mark else (status, KEEP)
    mark_one(model, actor, sheet, {student: keeps}, None)


def advance(model: Model) -> list[tuple[str, str]]:
    """The workers' minute: days that have ended (R4.13), then the runs that are due, which it names in order."""
    for name in sorted(model.sheets):
        sheet = model.sheets[name]
        ends_on, zone = sheet.slot.ends_on, sheet.slot.zone
        has_ended = end_of_day(ends_on, zone) <= model.now
        was_settled = model.settled_through is not None and ends_on <= model.settled_through
        if has_ended and not was_settled and model.settings.mark_absent_when_nobody_checks_in and not sheet.marks:
            changes = {student: model.default(student, sheet, by_check_in=False) for student in model.places_on(sheet)}
            _record(model, sheet, changes, SYSTEM, cause="SYSTEM")
    zone = next(iter(model.sheets.values())).slot.zone
    last = model.now.astimezone(zone).date()
    model.settled_through = last if end_of_day(last, zone) <= model.now else last - DAY
    due = sorted(
        (sheet.slot.runs[phase], name, phase)
        for name, sheet in model.sheets.items()
        for phase, state in sheet.runs.items()
        if state == "ARMED" and sheet.slot.runs[phase] <= model.now
    )
    for _, name, phase in due:
        _run(model, model.sheets[name], phase)
    return [(name, phase) for _, name, phase in due]


def newcomer(model: Model, sheet: Sheet, student: str, actor: Actor) -> None:
    """R4.7: who joins a sheet that has begun checking in, or holds defaults, starts absent by default."""
    has_begun = any(mark.by_check_in for mark in sheet.marks.values())
    is_complete = has_begun or any(mark.is_defaulted for mark in sheet.marks.values())
    if is_complete and sheet.slot.held_on <= model.today(sheet) and student not in sheet.marks:
        default = model.default(student, sheet, by_check_in=has_begun)
        _record(model, sheet, {student: default}, actor, cause="SYSTEM")


def _after(mark: Mark | None, asked: Asked | None, rest: str | None, actor: Actor, is_checking_in: bool) -> Mark | None:
    if asked is None:
        asked = (rest, KEEP) if rest and (mark is None or mark.is_defaulted) else None
    if asked is None:
        return mark
    status, note = asked
    if status is None:
        return None
    kept = mark.note if mark else None
    is_check_in = status in PRESENT_FAMILY and (is_checking_in or (mark is not None and mark.is_check_in))
    wanted = Mark(status, actor.source, kept if note == KEEP else note or None, by_check_in=is_check_in)
    return mark if wanted.says_what(mark) else wanted


def _require_excuse(actor: Actor, sheet: Sheet, changes: Mapping[str, Mark | None]) -> None:
    """R11: EXCUSED_ABSENCE needs its permission in the Staff Portal; one that stands there may be left."""
    for student, mark in changes.items():
        before = sheet.marks.get(student)
        is_excused = mark is not None and mark.status == "EXCUSED_ABSENCE" and not mark.is_defaulted
        if is_excused and not actor.may_excuse and (before is None or before.status != "EXCUSED_ABSENCE"):
            raise Refused("PermissionDenied")


def _require_no_conflict(actor: Actor, sheet: Sheet, named: Mapping[str, Mark | None], seen: int | None) -> None:
    """R4.10; a default is nobody's decision."""
    if seen is None:
        return
    if seen > sheet.revision:
        raise Refused("BAD_USER_INPUT")
    for student in named:
        others = [
            is_defaulted
            for revision, who, whose, is_defaulted in sheet.decisions
            if revision > seen and whose == student and who != actor.name
        ]
        if others and not others[-1]:
            raise Refused("AttendanceConflict")


def _record(
    model: Model,
    sheet: Sheet,
    changes: Mapping[str, Mark | None],
    actor: Actor,
    cause: str,
    follows: frozenset[str] = frozenset(),
) -> None:
    """R4.9: one revision for all rows of an act; then the tokens (R7.3)."""
    if not changes:
        return
    places = model.places_on(sheet)
    revision = sheet.number("MARKS", changes)
    had_begun = any(mark.by_check_in for mark in sheet.marks.values())
    for student, mark in changes.items():
        before = sheet.marks.pop(student, None)
        sheet.decisions.append(
            (revision, actor.name, student, student in follows or (mark is not None and mark.is_defaulted))
        )
        if mark is not None:
            place = places.get(student) or (before.place if before else None)
            sheet.marks[student] = replace(mark, revision=revision, place=place)
    if sheet.slot.kind != "CLASS":
        return
    if had_begun and not any(mark.by_check_in for mark in sheet.marks.values()):
        for phase in sheet.runs_of_check_ins:
            if sheet.runs[phase] == "ARMED":
                del sheet.runs[phase]
        sheet.runs_of_check_ins.clear()
    at_once = _is_at_once(model, sheet, cause)
    left = [mark for mark in changes.values() if mark]
    if left and not at_once:
        _arm(model, sheet, by_check_in=all(mark.by_check_in for mark in left))
    _reconcile(model, sheet, changes, may_create=at_once)


def _arm(model: Model, sheet: Sheet, *, by_check_in: bool) -> None:
    ahead = [phase for phase, due in sheet.slot.runs.items() if due > model.now]
    for phase in ahead or ["END_OF_DAY"]:
        if not by_check_in:
            sheet.runs_of_check_ins.discard(phase)
        elif sheet.runs.get(phase) != "ARMED":
            sheet.runs_of_check_ins.add(phase)
        sheet.runs[phase] = "ARMED"


def _is_at_once(model: Model, sheet: Sheet, cause: str) -> bool:
    """The table of R7.3."""
    is_past = sheet.slot.runs["END_OF_DAY"] <= model.now
    table = {
        "KIOSK": False,
        "SYSTEM": False,
        "STAFF": is_past or not model.settings.staff_check_in_mode,
        "OFFICE": is_past or not model.settings.office_check_in_mode,
    }
    return table[cause]


def _run(model: Model, sheet: Sheet, phase: str) -> None:
    sheet.runs[phase] = "DONE"
    _reconcile(model, sheet, sheet.marks.keys() | sheet.tokens.keys(), may_create=True)


def _reconcile(model: Model, sheet: Sheet, students: Iterable[str], *, may_create: bool) -> None:
    """The table of R7.4, without makeups."""
    today, changed = model.today(sheet), set()
    for student in students:
        token = sheet.tokens.get(student)
        qualifies = _qualifies(model, sheet.marks.get(student))
        if not qualifies and token is not None and token.is_unused(today):
            token.is_revoked = True
            changed.add(student)
        wants = qualifies and (token is None or token.state(today) == "REVOKED")
        if wants and may_create and model.settings.tokens_enabled and not _is_over_limit(model, sheet, student):
            if token is None:
                sheet.tokens[student] = Token(today, today + model.settings.expiry_count * DAY)
            else:
                token.is_revoked = False
            changed.add(student)
    if changed:
        sheet.number("TOKENS", changed)


def _qualifies(model: Model, mark: Mark | None) -> bool:
    if mark is None or mark.is_present or mark.place is None or mark.place.type != "ACTIVE":
        return False
    return model.settings.token_trigger == "ALL_ABSENCES" or mark.status == "EXCUSED_ABSENCE"


def _is_over_limit(model: Model, sheet: Sheet, student: str) -> bool:
    """R7.6, by student: of the month of the missed class, or outstanding now."""
    limit, period = model.settings.token_limit, model.settings.token_limit_period
    if limit is None:
        return False
    held_on = sheet.slot.held_on
    counted = 0
    for each in model.sheets.values():
        token, missed = each.tokens.get(student), each.slot.held_on
        if token is not None and period == "MONTH":
            counted += not token.is_revoked and (missed.year, missed.month) == (held_on.year, held_on.month)
        elif token is not None:
            counted += token.is_unused(model.today(sheet))
    return counted >= limit


def _is_news(mark: Mark | None, before: Mark | None) -> bool:
    """A default that is cleared by the act that defaults it again has not changed."""
    is_same = mark is not None and before is not None and mark.by_check_in == before.by_check_in
    return mark != before and not (is_same and mark and mark.says_what(before))
