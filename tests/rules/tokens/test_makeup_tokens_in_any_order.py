"""R7.4: whatever happens in whatever order, the tokens at the end are those of one run at the end.

What "the same tokens" means:

- A token that was revoked is no token: the absence that never had one and the one whose token was taken back are alike.
- What people did by hand stands: a deleted token stays deleted, one tied to a makeup stays tied, and says whether it
  is to be reviewed.
- One that has expired stays where its ground is gone, and where its ground is there no second one comes.
- With a limit the order decides which absences have a token (R7.6). Then it is always so that no more count than the
  limit allows, that every token stands on ground, and at the end that no absence goes without while there is room.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import permutations, product
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenDates, TokenGround, TokenStep, reconcile, token_state
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupTokenState,
    OfferingKind,
    TokenTrigger,
)
from tests.support.sizes import SIZES

MONDAY = date(2026, 11, 16)
CLASSES = range(2)
EXPIRES_AFTER = timedelta(days=5)
ABSENCES = {"ABSENT", "EXCUSED_ABSENCE"}
STATUSES = (None, "PRESENT", "TARDY", "ABSENT", "ABSENT", "EXCUSED_ABSENCE")
Act: TypeAlias = tuple[str, int, str | None]
# A sequence is shrunk towards this one.
NOTHING: Act = ("nothing", 0, None)
MARKS: list[Act] = list(product(("mark at once", "mark for later", "mark, and crash"), CLASSES, STATUSES))
RUNS: list[Act] = list(product(("run", "run, and crash", "run again", "cancel", "restore", "delete"), CLASSES, (None,)))
MAKEUPS: list[Act] = list(product(("request", "book", "reset", "a day passes", "a week passes"), CLASSES, (None,)))


def _histories(acts: list[Act], min_size: int, max_size: int) -> st.SearchStrategy[list[Act]]:
    """Histories of these acts, of which each byte chooses one. To draw them one by one takes ten times as long."""
    return st.binary(min_size=min_size, max_size=max_size).map(lambda drawn: [acts[byte % len(acts)] for byte in drawn])


BY_STAFF = _histories([NOTHING, *MARKS, *RUNS * 2], 15, 30)
BY_ALL = _histories([NOTHING, *MARKS, *RUNS * 2, *MAKEUPS * 3], 20, 40)
EXAMPLES = settings(max_examples=SIZES.rule_examples, deadline=None, derandomize=True, database=None)


@dataclass
class Absence:
    """One student at one of its classes. `token` is the only one that there ever is (R7.5)."""

    ground: TokenGround
    token: TokenDates | None = None
    is_flagged: bool = False
    is_armed: bool = False


@dataclass
class Case:
    """One student in two classes of a month, and what the rule decides about it."""

    settings: MakeupTokenSettings
    type: EnrollmentType = EnrollmentType.ACTIVE
    today: date = MONDAY
    absences: list[Absence] = field(default_factory=list)

    def __post_init__(self) -> None:
        ground = TokenGround(OfferingKind.CLASS, False, None, self.type)
        self.absences = self.absences or [Absence(ground) for _ in CLASSES]

    @property
    def counted(self) -> int:
        """R7.6, by the month."""
        return sum(each.token is not None and not each.token.is_revoked for each in self.absences)

    @property
    def is_full(self) -> bool:
        return self.settings.token_limit is not None and self.counted >= self.settings.token_limit

    def state(self, absence: Absence) -> MakeupTokenState | None:
        return None if absence.token is None else token_state(absence.token, self.today)

    def reconcile(self, absence: Absence, *, may_create: bool) -> TokenStep:
        """Decide and do it."""
        step = reconcile(
            absence.ground,
            self.settings,
            state=self.state(absence),
            is_flagged=absence.is_flagged,
            may_create=may_create,
            is_over_limit=self.is_full,
        ).step
        if step is TokenStep.ISSUE:
            assert absence.token is None, "a second token"
            absence.token = TokenDates(self.today, self.today + EXPIRES_AFTER)
        elif step in (TokenStep.REVOKE, TokenStep.REINSTATE):
            assert absence.token is not None
            absence.token = replace(absence.token, is_revoked=step is TokenStep.REVOKE)
        elif step in (TokenStep.FLAG, TokenStep.UNFLAG):
            absence.is_flagged = step is TokenStep.FLAG
        return step

    def act(self, act: str, which: int, status: str | None) -> None:
        """A crash rolls everything back, and leaves what was armed before it armed."""
        absence = self.absences[which]
        if act in ("mark at once", "mark for later"):
            marked = None if status is None else AttendanceStatus(status)
            absence.ground = replace(absence.ground, status=marked)
            absence.is_armed |= act == "mark for later"
            self.reconcile(absence, may_create=act == "mark at once")
        elif act == "run again" or (act == "run" and absence.is_armed):
            absence.is_armed = False
            self.reconcile(absence, may_create=True)
        elif act in ("cancel", "restore"):
            absence.ground = replace(absence.ground, is_cancelled=act == "cancel")
            self.reconcile(absence, may_create=False)
        elif act == "delete" and absence.token is not None and absence.token.makeup_on is None:
            absence.token = replace(absence.token, is_deleted=True)
        else:
            self._use(act, absence)

    def _use(self, act: str, absence: Absence) -> None:
        if act == "a day passes":
            self.today += timedelta(days=1)
        elif act == "a week passes":
            self.today += timedelta(weeks=1)
        elif absence.token is not None and self.state(absence) in (
            MakeupTokenState.AVAILABLE,
            MakeupTokenState.REQUESTED,
        ):
            soon = self.today + timedelta(days=2)
            booked = {"requested_on": None, "makeup_on": soon}
            how: dict[str, dict[str, Any]] = {"request": {"requested_on": soon}, "book": booked}
            absence.token = replace(absence.token, **how.get(act, {}))
        elif absence.token is not None and act == "reset" and self.state(absence) is MakeupTokenState.PENDING:
            # Who gives up the makeup of a token that is no longer earned has no token.
            freed = replace(absence.token, makeup_on=None, is_revoked=absence.is_flagged)
            absence.token, absence.is_flagged = freed, False

    def run_all(self, order: tuple[int, ...] = tuple(CLASSES)) -> None:
        for which in order:
            self.reconcile(self.absences[which], may_create=True)

    def copy(self) -> "Case":
        return Case(self.settings, self.type, self.today, [replace(each) for each in self.absences])

    def qualifies(self, absence: Absence) -> bool:
        """The paragraph under the table of R7.4, in words of this test."""
        earning = ABSENCES if self.settings.token_trigger is TokenTrigger.ALL_ABSENCES else {"EXCUSED_ABSENCE"}
        return self.type == "ACTIVE" and not absence.ground.is_cancelled and absence.ground.status in earning

    def shows(self) -> list[str]:
        """What can be told from outside: of each absence what its token is good for."""
        return [_shown(self.state(each), is_flagged=each.is_flagged) for each in self.absences]


def _shown(state: MakeupTokenState | None, *, is_flagged: bool) -> str:
    if state is None or state is MakeupTokenState.REVOKED:
        return "none"
    if state in (MakeupTokenState.PENDING, MakeupTokenState.SPENT):
        return "tied, to be reviewed" if is_flagged else "tied"
    return {"EXPIRED": "expired", "DELETED": "deleted"}.get(state, "usable")


def _settings(*, limit: int | None = None, trigger: TokenTrigger = TokenTrigger.ALL_ABSENCES) -> MakeupTokenSettings:
    return MakeupTokenSettings(token_limit=limit, token_trigger=trigger)


@given(acts=BY_STAFF, trigger=st.sampled_from(TokenTrigger), type=st.sampled_from(
    [EnrollmentType.ACTIVE, EnrollmentType.ACTIVE, EnrollmentType.TRIAL]))  # fmt: skip
@EXAMPLES
def test_R7_4_any_sequence_ends_in_the_tokens_of_one_run_at_the_end(
    acts: list[Act], trigger: TokenTrigger, type: EnrollmentType
) -> None:
    case = Case(_settings(trigger=trigger), type)
    for act in acts:
        case.act(*act)
    clean = case.copy()
    for absence in clean.absences:
        is_deleted = absence.token is not None and absence.token.is_deleted
        absence.token = TokenDates(MONDAY, None, is_deleted=True) if is_deleted else None
    case.run_all()
    clean.run_all()
    assert case.shows() == clean.shows()


@given(acts=BY_ALL)
@EXAMPLES
def test_R7_4_makeups_and_time_leave_what_the_table_says_and_nothing_else(acts: list[Act]) -> None:
    case = Case(_settings())
    for act in acts:
        before = case.shows()
        case.act(*act)
        _assert_stays(before, case.shows())
    before = case.shows()
    case.run_all()
    _assert_stays(before, case.shows())
    for absence, shown in zip(case.absences, case.shows(), strict=True):
        token = absence.token
        if token is not None and token.is_deleted:
            assert shown == "deleted"
        elif token is not None and token.makeup_on is not None:
            assert shown == ("tied" if case.qualifies(absence) else "tied, to be reviewed")
        else:
            assert shown in ({"usable", "expired"} if case.qualifies(absence) else {"none", "expired"})


def _assert_stays(before: list[str], after: list[str]) -> None:
    for was, became in zip(before, after, strict=True):
        assert was != "deleted" or became == "deleted"
        assert was != "expired" or became in ("expired", "deleted")


@given(acts=BY_ALL, limit=st.sampled_from([None, 0, 1]))
@EXAMPLES
def test_R7_4_a_run_after_a_run_decides_nothing(acts: list[Act], limit: int | None) -> None:
    case = Case(_settings(limit=limit))
    for act in acts:
        case.act(*act)
    case.run_all()
    before = case.copy()
    again = {case.reconcile(absence, may_create=True) for absence in case.absences}
    assert again <= {TokenStep.NOTHING, TokenStep.SKIP}
    assert case == before


@given(acts=BY_ALL)
@EXAMPLES
def test_R7_4_the_order_of_runs_does_not_matter(acts: list[Act]) -> None:
    case = Case(_settings())
    for act in acts:
        case.act(*act)
    ends = []
    for order in permutations(CLASSES):
        end = case.copy()
        end.run_all(order)
        ends.append(end)
    assert all(end == ends[0] for end in ends)


@given(acts=BY_ALL, limit=st.integers(0, 1), order=st.permutations(CLASSES))
@EXAMPLES
def test_R7_6_under_a_limit_the_order_decides_who_but_not_how_many(
    acts: list[Act], limit: int, order: list[int]
) -> None:
    case = Case(_settings(limit=limit))
    for act in acts:
        case.act(*act)
        assert case.counted <= limit
        for absence, shown in zip(case.absences, case.shows(), strict=True):
            assert shown != "usable" or case.qualifies(absence)
    held = case.shows()
    case.run_all(tuple(order))
    assert case.counted <= limit
    for absence, before, after in zip(case.absences, held, case.shows(), strict=True):
        goes_without = case.qualifies(absence) and after == "none"
        assert not goes_without or case.counted == limit
        assert before == "none" or after.startswith(before.partition(",")[0])
