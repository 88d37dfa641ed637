"""The steps that are about makeup tokens: their settings, and what staff do with them by hand."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.walk import by_hand
from tests.walk.model import Sheet
from tests.walk.roster_steps import OFFICE, RosterSteps
from tests.walk.tokens import Token
from tests.walk.walking import STUDENT

AWAY = st.sampled_from([None, None, -1, 0, 1, 7])
UNTIL = st.sampled_from([None, None, "never", -2, 0, 1, 7, 30])


class TokenSteps(RosterSteps):
    @property
    def tokens(self) -> list[tuple[str, str, Token, Sheet | None]]:
        """Id, student, token and roll sheet of each, also of those that are no more; as the last look showed them."""
        found: list[tuple[str, str, Token, Sheet | None]] = []
        if self.seen:
            found = [(token.id, student, token, None) for student, token in self.model.given]
            names = {self.seen[name]["id"]: name for name in self.model.sheets}
            for student in self.business.students:
                for node in self.seen[student]["makeupTokens"]["nodes"]:
                    if node["missedOccurrence"]:
                        sheet = self.model.sheets[names[node["missedOccurrence"]["id"]]]
                        found.append((node["id"], student, sheet.tokens[student], sheet))
        return found

    @rule(enabled=st.sampled_from([True, True, True, False]), trigger=st.sampled_from(["ALL_ABSENCES", "EXCUSED_ONLY"]),
          limit=st.sampled_from([None, None, 1, 2]), period=st.sampled_from(["MONTH", "OUTSTANDING"]),
          days=st.sampled_from([90, 2, 1]))  # fmt: skip
    def set_tokens(self, enabled: bool, trigger: str, limit: int | None, period: str, days: int) -> None:
        settings = self.model.settings
        settings.tokens_enabled, settings.token_trigger, settings.expiry_count = enabled, trigger, days
        settings.token_limit, settings.token_limit_period = limit, period
        self.act("olga", "updateMakeupTokenSettings", "UpdateMakeupTokenSettingsSuccess", tokensEnabled=enabled,
                 tokenTrigger=trigger, tokenLimit=limit, tokenLimitPeriod=period, expiryCount=days)  # fmt: skip

    @rule(actor=OFFICE, student=STUDENT, issue=AWAY, until=UNTIL)
    def give(self, actor: str, student: str, issue: int | None, until: Any) -> None:
        today, never = self.model.local_date(), until == "never"
        issued_on = None if issue is None else today + timedelta(days=issue)
        expires_on = None if until is None or never else today + timedelta(days=until)
        draft = {"issueOn": issued_on and str(issued_on), "expiresOn": expires_on and str(expires_on)}

        def give(model: Any) -> None:
            by_hand.give(model, student, issued_on, expires_on, never=never)

        done = self.expected("CreateMakeupTokensSuccess", give)
        answer = self.act(actor, "createMakeupTokens", done, studentId=self.student(student),
                 tokens=[draft | {"neverExpires": never}], idempotencyKey=self.key())  # fmt: skip
        if "makeupTokens" in answer:
            _, token = self.model.given[-1]
            token.id = answer["makeupTokens"][0]["id"]

    @rule(actor=OFFICE, which=st.integers(0, 20), issue=AWAY, until=st.sampled_from([None, -2, 0, 1, 30]))
    @precondition(lambda self: bool(self.tokens))
    def edit(self, actor: str, which: int, issue: int | None, until: int | None) -> None:
        id, _, token, _ = self.tokens[-1 - which % len(self.tokens)]
        today = self.model.local_date()
        issued_on = None if issue is None else today + timedelta(days=issue)
        expires_on = None if until is None else today + timedelta(days=until)
        done = self.expected("EditMakeupTokenSuccess", by_hand.edit, token, issued_on, expires_on)
        self.act(actor, "editMakeupToken", done, tokenId=id, issueOn=issued_on and str(issued_on),
                 expiresOn=expires_on and str(expires_on), idempotencyKey=self.key())  # fmt: skip

    @rule(actor=OFFICE, which=st.integers(0, 20))
    @precondition(lambda self: bool(self.tokens))
    def delete(self, actor: str, which: int) -> None:
        id, student, token, sheet = self.tokens[-1 - which % len(self.tokens)]
        done = self.expected("DeleteMakeupTokenSuccess", by_hand.delete, student, token, sheet)
        self.act(actor, "deleteMakeupToken", done, tokenId=id, idempotencyKey=self.key())

    @rule(actor=OFFICE, which=st.integers(0, 20))
    @precondition(lambda self: bool(self.tokens))
    def reset(self, actor: str, which: int) -> None:
        """Nothing is booked or requested on this walk."""
        id, *_ = self.tokens[-1 - which % len(self.tokens)]
        self.act(actor, "resetMakeupToken", "MakeupTokenNotChangeable", tokenId=id)
