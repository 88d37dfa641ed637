"""Makes makeup tokens and their ledger by the same rules as the product (R7.4, R7.6, R7.7, R7.9)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.tokens.expiry import expires_on
from attendance.rules.tokens.makeup_tokens import Decision, TokenCause, TokenGround, TokenStep, reconcile
from attendance.rules.tokens.token_limit import is_over_limit, limit_count
from attendance.rules.vocabulary import (
    ChangeKind,
    MakeupTokenAct,
    MakeupTokenOrigin,
    TokenRunPhase,
)
from db import models
from demo.business import Business, Site
from demo.makeup_token import Token
from demo.sheets import Hand, Sheet

_ACTS = {
    TokenStep.ISSUE: MakeupTokenAct.ISSUED,
    TokenStep.REINSTATE: MakeupTokenAct.REINSTATED,
    TokenStep.REVOKE: MakeupTokenAct.REVOKED,
    TokenStep.FLAG: MakeupTokenAct.FLAGGED,
    TokenStep.UNFLAG: MakeupTokenAct.UNFLAGGED,
    TokenStep.SKIP: MakeupTokenAct.SKIPPED,
}


@dataclass
class Ledger:
    business: Business
    tokens: list[Token] = field(default_factory=list)
    _of_students: dict[UUID, list[Token]] = field(default_factory=dict)
    _of_occurrences: dict[OccurrenceKey, list[Token]] = field(default_factory=dict)
    _skips: set[tuple[UUID, UUID, date, str]] = field(default_factory=set)
    _entries: int = 0

    def reconcile(
        self, sheet: Sheet, at: datetime, hand: Hand, *, may_create: bool, phase: TokenRunPhase | None = None
    ) -> tuple[int, int]:
        """Reconcile all rows of the sheet and return how many tokens were issued (or reinstated) and revoked. If
        tokens change, the sheet gets a change.
        """
        changed, issued, revoked = [], 0, 0
        for student_id in list(sheet.marks):
            token = self._automatic(sheet, student_id)
            decision = self._decide(sheet, student_id, token, at, may_create)
            if decision.step is TokenStep.NOTHING:
                continue
            if decision.step is TokenStep.ISSUE:
                token = self._issue_for(sheet, student_id, at)
            elif token and decision.step is not TokenStep.SKIP:
                token.row["revoked_at"] = at if decision.step is TokenStep.REVOKE else None
                token.row["needs_review"] = decision.step is TokenStep.FLAG
            self._enter_decision(sheet, student_id, token, decision, at=at, hand=hand, phase=phase)
            if decision.step is not TokenStep.SKIP:
                changed.append(student_id)
            issued += decision.step in (TokenStep.ISSUE, TokenStep.REINSTATE)
            revoked += decision.step is TokenStep.REVOKE
        if changed:
            sheet.change(ChangeKind.TOKENS, hand, at, changed)
        return issued, revoked

    def issue(
        self,
        student_id: UUID,
        site: Site,
        origin: MakeupTokenOrigin,
        *,
        hand: Hand,
        at: datetime,
        words: Sequence[object],
        **values: Any,
    ) -> Token:
        """Make a token without its ledger entry. `words` distinguish it from others; `values` are columns of its
        row.
        """
        row = self.business.rows.add(
            models.MakeupToken,
            **{
                "id": self.business.rows.id("token", origin, student_id, *words),
                "student_id": student_id,
                "origin": origin,
                "timeslot_id": None,
                "held_on": None,
                "enrollment_id": None,
                "location_id": site.id,
                "program_id": None,
                "comment": None,
                "source": hand.source,
                "issued_by_id": hand.person_id,
                "issued_at": at,
                "issued_on": local_date(at, site.zone),
                "expires_on": None,
                "revoked_at": None,
                "deleted_at": None,
                "deleted_by_id": None,
                "makeup_enrollment_id": None,
                "needs_review": False,
            }
            | values,
        )
        token = Token(row, site)
        self.tokens.append(token)
        self._of_students.setdefault(student_id, []).append(token)
        if token.occurrence:
            self._of_occurrences.setdefault(token.occurrence, []).append(token)
        return token

    def enter(
        self,
        token: Token | None,
        act: MakeupTokenAct,
        hand: Hand,
        at: datetime,
        *,
        student_id: UUID | None = None,
        **values: Any,
    ) -> None:
        """Add an entry to the ledger (R7.9)."""
        row = token.row if token else {}
        self._entries += 1
        self.business.rows.add(
            models.MakeupTokenEntry,
            **{
                "id": self.business.rows.id_in_order(at, self._entries, "entry"),
                "student_id": student_id or row["student_id"],
                "makeup_token_id": row.get("id"),
                "timeslot_id": row.get("timeslot_id"),
                "held_on": row.get("held_on"),
                "act": act,
                "cause": None,
                "source": hand.source,
                "actor_id": hand.person_id,
                "entered_at": at,
                "facts": None,
            }
            | values,
        )

    def tokens_of(self, occurrence: OccurrenceKey) -> list[Token]:
        """Return the automatic tokens of an occurrence."""
        return self._of_occurrences.get(occurrence, [])

    def _automatic(self, sheet: Sheet, student_id: UUID) -> Token | None:
        found = self.tokens_of(sheet.meeting.key)
        return next((token for token in found if token.row["student_id"] == student_id), None)

    def _decide(self, sheet: Sheet, student_id: UUID, token: Token | None, at: datetime, may_create: bool) -> Decision:
        place, settings = sheet.roster.get(student_id), self.business.settings.makeup_tokens
        ground = TokenGround(
            kind=sheet.meeting.course.kind,
            is_cancelled=False,
            status=sheet.marks[student_id]["status"],
            enrollment_type=place.type if place else None,
        )
        today = local_date(at, sheet.meeting.course.site.zone)
        return reconcile(
            ground,
            settings,
            state=token.state(today) if token else None,
            is_flagged=bool(token and token.row["needs_review"]),
            may_create=may_create,
            is_over_limit=ground.is_absence and is_over_limit(settings, self._counted(student_id, sheet)),
        )

    def _counted(self, student_id: UUID, sheet: Sheet) -> int:
        """Return the number of tokens that count towards the demo's limits, which are per month and student; 0 without
        a limit.
        """
        settings, missed_on = self.business.settings.makeup_tokens, sheet.meeting.held_on
        limit = limit_count(settings, missed_on=missed_on, session=None, enrollment=None, enrollment_id=None)
        if limit is None:
            return 0
        counted = [
            token
            for token in self._of_students.get(student_id, [])
            if token.row["origin"] is MakeupTokenOrigin.ABSENCE
            and token.row["revoked_at"] is None
            and token.row["held_on"] in limit.missed
        ]
        return len(counted)

    def _issue_for(self, sheet: Sheet, student_id: UUID, at: datetime) -> Token:
        """Issue a token for a mark (R7.7, R7.8), with the mark's source and person."""
        meeting, mark, course = sheet.meeting, sheet.marks[student_id], sheet.meeting.course
        issued_on = local_date(at, course.site.zone)
        settings = self.business.settings.makeup_tokens
        return self.issue(
            student_id,
            course.site,
            MakeupTokenOrigin.ABSENCE,
            hand=Hand(mark["source"], mark["marked_by_id"]),
            at=at,
            words=(meeting.slot.id, meeting.held_on),
            timeslot_id=meeting.slot.id,
            held_on=meeting.held_on,
            enrollment_id=mark["enrollment_id"],
            program_id=course.program_id,
            expires_on=expires_on(settings, issued_on=issued_on, missed_on=meeting.held_on, session_ends_on=None),
        )

    def _enter_decision(
        self,
        sheet: Sheet,
        student_id: UUID,
        token: Token | None,
        decision: Decision,
        *,
        at: datetime,
        hand: Hand,
        phase: TokenRunPhase | None,
    ) -> None:
        key = (student_id, sheet.meeting.slot.id, sheet.meeting.held_on, str(decision.cause))
        if decision.step is TokenStep.SKIP and key in self._skips:
            return
        self._skips.add(key)
        facts: dict[str, Any] = {"status": sheet.marks[student_id]["status"]} | ({"phase": phase} if phase else {})
        if decision.cause is TokenCause.OVER_LIMIT:
            limit = self.business.settings.makeup_tokens.token_limit
            facts |= {"counted": self._counted(student_id, sheet), "limit": limit}
        self.enter(
            token,
            _ACTS[decision.step],
            hand,
            at,
            student_id=student_id,
            timeslot_id=sheet.meeting.slot.id,
            held_on=sheet.meeting.held_on,
            cause=decision.cause,
            facts=facts,
        )
