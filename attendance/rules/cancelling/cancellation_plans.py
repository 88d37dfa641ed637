"""Decides what cancelling occurrences does for each student (R9.1, R9.2). The preview and the act use the same rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import (
    CancellationOptions,
    CancellationPlan,
    CancelledSheet,
    CancelledStudent,
    KnownToken,
    Letter,
    StudentOutcome,
    token_expires_on,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import put_off, returned_tokens_usable_until
from attendance.rules.tokens.makeup_tokens import (
    Decision,
    TokenCause,
    TokenGround,
    TokenStep,
    reconcile,
    stays_when_freed,
    token_state,
)
from attendance.rules.tokens.token_limit import LimitCount, is_over_limit, limit_count
from attendance.rules.vocabulary import EnrollmentType, MakeupTokenOrigin, MakeupTokenState, OfferingKind

_NOTHING = Decision(TokenStep.NOTHING)


@dataclass(slots=True)
class _Course:
    """The options, and what the cancellations planned so far have changed about tokens.

    changed -- by student and token, the token before and after
    """

    options: CancellationOptions
    settings: MakeupTokenSettings
    counts: Mapping[tuple[OccurrenceKey, UUID], int]
    changed: dict[UUID, dict[UUID, tuple[KnownToken, KnownToken]]] = field(default_factory=dict)

    def now(self, student_id: UUID, token: KnownToken) -> KnownToken:
        return self.changed.get(student_id, {}).get(token.id, (token, token))[1]

    def put(self, student_id: UUID, token: KnownToken, after: KnownToken) -> KnownToken:
        """Remember that `token` has become `after`."""
        mine = self.changed.setdefault(student_id, {})
        mine[token.id] = (mine.get(token.id, (token, token))[0], after)
        return after

    def shift(self, student_id: UUID, limit: LimitCount, today: date) -> int:
        """Return by how much the count of a limit has changed since it was read."""
        mine = self.changed.get(student_id, {}).values()
        return sum(_counts(after, limit, today) - _counts(before, limit, today) for before, after in mine)


def limits_to_count(
    sheets: Iterable[CancelledSheet], options: CancellationOptions, settings: MakeupTokenSettings
) -> Iterator[tuple[tuple[OccurrenceKey, UUID], LimitCount]]:
    """Yield the limits whose counts `plan_cancellations` needs, each with its occurrence and student."""
    tokens = options.tokens
    if tokens is None or tokens.override_limit:
        return
    for sheet in sheets:
        if sheet.kind is OfferingKind.CLASS:
            for student in sheet.students:
                if (limit := _limit(sheet, student, settings)) is not None:
                    yield (sheet.key, student.student_id), limit


def plan_cancellations(
    sheets: Sequence[CancelledSheet],
    options: CancellationOptions,
    settings: MakeupTokenSettings,
    counts: Mapping[tuple[OccurrenceKey, UUID], int],
) -> Iterator[CancellationPlan]:
    """Plan the cancellations one after the other, as they are carried out. What an earlier one does to a token holds
    for the later ones. Each is planned when it is asked for.

    counts -- the counts of `limits_to_count`, read before all of this
    """
    course = _Course(options, settings, counts)
    return (_plan(course, sheet) for sheet in sheets)


def _plan(course: _Course, sheet: CancelledSheet) -> CancellationPlan:
    outcomes = [_outcome(course, sheet, student) for student in sheet.students]
    meant = [outcome for outcome in outcomes if _is_meant(outcome, course.options)]
    tokens = course.options.tokens
    return CancellationPlan(
        sheet=sheet,
        gives_tokens=tokens is not None,
        expires_on=None if tokens is None else token_expires_on(sheet, tokens, course.settings),
        outcomes=tuple(outcomes),
        letters=_letters(meant),
        unreachable=tuple(outcome for outcome in meant if outcome.student.email is None),
    )


def _letters(meant: Iterable[StudentOutcome]) -> tuple[Letter, ...]:
    letters: dict[UUID, Letter] = {}
    for outcome in sorted(meant, key=lambda each: (each.student.sort_key, each.student.student_id)):
        student = outcome.student
        if student.email is not None:
            known = letters.get(student.family_id, Letter(student.family_id, student.email, ()))
            letters[student.family_id] = replace(known, outcomes=(*known.outcomes, outcome))
    return tuple(letters.values())


def _outcome(course: _Course, sheet: CancelledSheet, student: CancelledStudent) -> StudentOutcome:
    owner = student.student_id
    usable_until = returned_tokens_usable_until(sheet.today, course.settings)
    freed = [course.put(owner, each, _freed(course.now(owner, each), usable_until)) for each in student.makeups]
    given_back = tuple(each for each in freed if not each.dates.is_revoked)
    held = None if student.absence is None else course.now(owner, student.absence)
    known = None if student.cancellation is None else course.now(owner, student.cancellation)
    counted = _count(course, sheet, student, held)
    token = _token_step(course, sheet, replace(student, absence=held, cancellation=known), counted)
    stands = _stands(course, student, token, held)
    absence = _absence_step(sheet, held, token, course.settings, stands=stands)
    if held is not None:
        course.put(owner, held, _after(held, absence))
    if known is not None:
        course.put(owner, known, _after(known, token))
    return StudentOutcome(student, absence, stands, token, given_back, counted)


def _count(course: _Course, sheet: CancelledSheet, student: CancelledStudent, held: KnownToken | None) -> int | None:
    """Return how many tokens count towards the limit, without the absence token that would give way."""
    counted = course.counts.get((sheet.key, student.student_id))
    limit = _limit(sheet, student, course.settings)
    if counted is None or limit is None:
        return None
    gives_way = held is not None and held.is_live and not held.is_tied and _counts(held, limit, sheet.today)
    return counted + course.shift(student.student_id, limit, sheet.today) - gives_way


def _freed(token: KnownToken, usable_until: date) -> KnownToken:
    """Return the token after its makeup has ended. A flagged token is no longer earned, so it is revoked (R7.4), unless
    it lost its ground by a cancellation only. Any other one can be used at least until `usable_until` (R8.6c).
    """
    dates = replace(token.dates, makeup_on=None)
    if token.needs_review and not stays_when_freed(token.flagged_for):
        dates = replace(dates, is_revoked=True)
    else:
        dates = replace(
            dates,
            expires_on=put_off(dates.expires_on, usable_until),
            lapses_on=put_off(dates.lapses_on, usable_until),
        )
    return replace(token, dates=dates, needs_review=False, flagged_for=None)


def _after(token: KnownToken, decision: Decision) -> KnownToken:
    match decision.step:
        case TokenStep.REVOKE:
            return replace(token, dates=replace(token.dates, is_revoked=True))
        case TokenStep.FLAG:
            return replace(token, needs_review=True, flagged_for=decision.cause)
        case TokenStep.UNFLAG:
            return replace(token, needs_review=False, flagged_for=None)
        case TokenStep.REINSTATE:
            return replace(token, dates=replace(token.dates, is_revoked=False))
    return token


def _stands(course: _Course, student: CancelledStudent, token: Decision, held: KnownToken | None) -> bool:
    """Return whether the absence token stands for the token of the cancellation (R9.2).

    It does when tokens are given and this student gets no other one, so nobody loses the only token. A token that was
    not earned before does so only when it is the reason why there is no other one.
    """
    if course.options.tokens is None or held is None or not held.is_live or _has_own_makeup(student):
        return False
    if token.step in (TokenStep.ISSUE, TokenStep.REINSTATE):
        return False
    return token.cause is TokenCause.HAS_TOKEN or not held.needs_review


def _has_own_makeup(student: CancelledStudent) -> bool:
    """Return whether the student is there for a makeup that was booked with a token, which is given back instead."""
    return student.place is not None and student.place.type is EnrollmentType.MAKEUP and bool(student.makeups)


def _absence_step(
    sheet: CancelledSheet, held: KnownToken | None, token: Decision, settings: MakeupTokenSettings, *, stands: bool
) -> Decision:
    """Decide about the absence token. Where the cancellation has no token for this student, that is what a
    reconciliation of the cancelled occurrence does (R7.4).
    """
    if held is None or not held.is_live:
        return _NOTHING
    if stands or held.stands:
        return Decision(TokenStep.UNFLAG) if held.needs_review else _NOTHING
    if token.step in (TokenStep.ISSUE, TokenStep.REINSTATE):
        return Decision(TokenStep.REVOKE, TokenCause.OCCURRENCE_CANCELLED)
    return reconcile(
        TokenGround(sheet.kind, is_cancelled=True, status=None, enrollment_type=None),
        settings,
        state=token_state(held.dates, sheet.today),
        is_flagged=held.needs_review,
        may_create=False,
        is_over_limit=False,
    )


def _token_step(course: _Course, sheet: CancelledSheet, student: CancelledStudent, counted: int | None) -> Decision:
    """Decide about the cancellation token of a student whose tokens are given in their present state."""
    held, known = student.absence, student.cancellation
    state = None if known is None else token_state(known.dates, sheet.today)
    if known is not None and state not in (MakeupTokenState.REVOKED, MakeupTokenState.DELETED):
        return Decision(TokenStep.UNFLAG) if known.needs_review else _NOTHING
    if course.options.tokens is None or sheet.kind is not OfferingKind.CLASS:
        return _NOTHING
    if student.place is None or _has_own_makeup(student) or (held is not None and held.is_live and held.stands):
        return _NOTHING
    is_replaced = held is not None and held.is_live and not held.is_tied
    causes = {
        TokenCause.TYPE_DOES_NOT_EARN: student.place.type not in course.settings.earning_types,
        TokenCause.HAS_TOKEN: held is not None and held.is_tied,
        TokenCause.DELETED_BY_HAND: state is MakeupTokenState.DELETED,
        TokenCause.OVER_LIMIT: not is_replaced and counted is not None and is_over_limit(course.settings, counted),
    }
    cause = next((cause for cause, is_so in causes.items() if is_so), None)
    if cause is not None:
        return Decision(TokenStep.SKIP, cause)
    return Decision(TokenStep.ISSUE if state is None else TokenStep.REINSTATE)


def _is_meant(outcome: StudentOutcome, options: CancellationOptions) -> bool:
    if outcome.student.place is None:
        return False
    sends_tokens = options.tokens is not None and options.tokens.send_emails
    return options.notify or (sends_tokens and (outcome.gets_token or bool(outcome.given_back)))


def _limit(sheet: CancelledSheet, student: CancelledStudent, settings: MakeupTokenSettings) -> LimitCount | None:
    place = student.place
    if place is None or place.type not in settings.earning_types:
        return None
    return limit_count(
        settings,
        missed_on=sheet.key.held_on,
        session=sheet.session,
        enrollment=place.dates,
        enrollment_id=place.enrollment_id,
    )


def _counts(token: KnownToken, limit: LimitCount, today: date) -> bool:
    """Return whether a token counts towards the limit, as `count_towards_limit` decides it."""
    dates = token.dates
    if token.origin is not MakeupTokenOrigin.ABSENCE or dates.is_revoked:
        return False
    if token.missed_on is None or token.missed_on not in limit.missed:
        return False
    if limit.enrollment_id is not None and limit.enrollment_id != token.enrollment_id:
        return False
    is_expired = dates.good_through is not None and dates.good_through < today
    return not limit.outstanding_only or not (dates.is_deleted or dates.makeup_on or is_expired)
