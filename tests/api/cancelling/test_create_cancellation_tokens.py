"""createCancellationTokens and its preview: tokens are added to classes that were cancelled without (R9.1, R9.2)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, MakeupTokenOrigin, Permission, Portal
from db import models
from tests.support.cancelling_office import Office
from tests.support.documents import mutation
from tests.support.factories import MONDAY, new_world
from tests.support.fingerprint import fingerprint

pytestmark = pytest.mark.emptied_database

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
CREATE = mutation("createCancellationTokens", "backgroundTaskId backgroundTask { kind state } occurrenceCount")
PREVIEW = """query($input: CreateCancellationTokensInput!) { cancellationTokensPreview(input: $input) {
  occurrenceCount occurrences { id } tokensToCreate noTokensReason emailCount withoutAddressCount
  leftOutCount leftOut { student { firstName } cause } withoutAddress { student { firstName } } } }"""


async def create(office: Office, *ids: str, tokens: Any = None, **given: Any) -> Any:
    asked = {"createTokens": tokens or {}} | ({"occurrenceIds": list(ids)} if ids else {}) | given
    return (await office.api.ask(CREATE, input=asked))["createCancellationTokens"]


async def created(office: Office, *ids: str, tokens: Any = None, **given: Any) -> Any:
    done = await create(office, *ids, tokens=tokens, **given)
    await office.work()
    return done


async def preview(office: Office, *ids: str, tokens: Any = None, **given: Any) -> Any:
    asked = {"createTokens": tokens or {}} | ({"occurrenceIds": list(ids)} if ids else {}) | given
    return (await office.api.ask(PREVIEW, input=asked))["cancellationTokensPreview"]


async def test_R9_1_tokens_are_added_to_a_class_that_was_cancelled_without(office: Office) -> None:
    ann = await office.student("Ann")
    tess = await office.student("Tess", type=EnrollmentType.TRIAL)
    zoe = await office.student("Zoe", email=None)
    await office.cancelled(office.id())
    given: dict[str, Any] = {"sendEmails": True, "expiresOn": "2026-12-24"}
    assert await preview(office, office.id(), tokens=given) == {
        "occurrenceCount": 1,
        "occurrences": [{"id": office.id()}],
        "tokensToCreate": 2,
        "noTokensReason": None,
        "emailCount": 1,
        "withoutAddressCount": 1,
        "leftOutCount": 1,
        "leftOut": [{"student": {"firstName": "Tess"}, "cause": "TYPE_DOES_NOT_EARN"}],
        "withoutAddress": [{"student": {"firstName": "Zoe"}}],
    }
    done = await create(office, office.id(), tokens=given)
    assert (done["__typename"], done["occurrenceCount"]) == ("CreateCancellationTokensSuccess", 1)
    assert done["backgroundTask"] == {"kind": "CREATE_CANCELLATION_TOKENS", "state": "QUEUED"}
    await office.work()
    assert [await office.tokens(each) for each in (ann, tess, zoe)] == [
        [("CANCELLATION", "AVAILABLE")],
        [],
        [("CANCELLATION", "AVAILABLE")],
    ]
    (email,) = await office.world.emails()
    assert (email.recipient, email.facts["students"]) == (
        "baker@example.org",
        [{"name": "Ann", "has_token": True, "expires_on": "2026-12-24", "given_back": []}],
    )
    told = {(row.student_id, row.message) for row in await office.world.rows(models.BackgroundTaskException)}
    assert told == {
        (tess, "No makeup token was created: enrollments of type TRIAL earn none."),
        (zoe, "The family was not told, because it has no e-mail address."),
    }


async def test_R9_2_done_again_it_changes_nothing_and_tells_nobody(office: Office) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id())
    for _ in range(2):
        await created(office, office.id(), tokens={"sendEmails": True})
        assert await office.tokens(ann) == [("CANCELLATION", "AVAILABLE")]
        assert len(await office.world.emails()) == 1
    again = await preview(office, office.id(), tokens={"sendEmails": True})
    assert (again["tokensToCreate"], again["noTokensReason"], again["emailCount"]) == (0, "NONE_NEEDED", 0)


async def test_R9_2_a_class_that_was_cancelled_with_tokens_gets_no_others(office: Office) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id(), createTokens={})
    ben = await office.student("Ben")
    await created(office, office.id())
    assert (await office.tokens(ann), await office.tokens(ben)) == ([("CANCELLATION", "AVAILABLE")],) * 2


async def test_R9_2_a_used_token_that_was_flagged_stands_for_it(office: Office) -> None:
    ann = await office.student("Ann")
    await office.world.mark(ann, office.lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    there = await office.world.weekly_class()
    place = await office.world.enroll(
        ann,
        there.offering_id,
        type=EnrollmentType.MAKEUP,
        starts_on=MONDAY + WEEK,
        drop_on=MONDAY + WEEK,
        timeslot_id=there.timeslot_id,
    )
    await office.world.makeup_token(
        ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=office.lesson.timeslot_id,
        held_on=MONDAY,
        makeup_enrollment_id=place,
    )
    flagged = text("SELECT needs_review, stands_for_cancellation FROM makeup_token")
    await office.cancelled(office.id())
    assert [tuple(row) for row in await office.world.owner.execute(flagged)] == [(True, False)]
    await created(office, office.id())
    assert [tuple(row) for row in await office.world.owner.execute(flagged)] == [(False, True)]
    await office.cancelled(office.id(MONDAY + WEEK, there))
    for _ in range(2):
        assert await office.tokens(ann) == [("ABSENCE", "AVAILABLE")]
        await created(office, office.id())


async def test_R7_6_the_limit_holds_unless_it_is_overridden(office: Office) -> None:
    await office.world.change_settings(token_limit=1)
    ann = await office.student("Ann")
    await office.world.mark(ann, office.lesson.timeslot_id, held_on=MONDAY - WEEK, status=AttendanceStatus.ABSENT)
    await office.world.makeup_token(
        ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=office.lesson.timeslot_id,
        held_on=MONDAY - WEEK,
        issued_on=MONDAY,
    )
    await office.cancelled(office.id())
    found = await preview(office, office.id())
    assert (found["noTokensReason"], [each["cause"] for each in found["leftOut"]]) == ("ALL_LEFT_OUT", ["OVER_LIMIT"])
    await created(office, office.id())
    assert await office.tokens(ann) == [("ABSENCE", "AVAILABLE")]
    await created(office, office.id(), tokens={"overrideLimit": True})
    assert sorted(await office.tokens(ann)) == [("ABSENCE", "AVAILABLE"), ("CANCELLATION", "AVAILABLE")]


async def test_R9_1_a_range_chooses_the_cancelled_ones(office: Office) -> None:
    await office.student("Ann")
    await office.cancelled(office.id())
    near = {"from": MONDAY.isoformat(), "to": (MONDAY + WEEK).isoformat()}
    assert (await preview(office, range=near))["occurrences"] == [{"id": office.id()}]
    assert (await created(office, range=near))["occurrenceCount"] == 1


async def test_R9_1_what_is_not_cancelled_is_refused_and_changes_nothing(office: Office) -> None:
    await office.student("Ann")
    before = await fingerprint(office.world)
    done = await create(office, office.id())
    assert (done["__typename"], done["message"]) == (
        "NoneCancelled",
        "None of the chosen occurrences is cancelled.",
    )
    assert (await preview(office, office.id()))["occurrenceCount"] == 0
    assert await fingerprint(office.world) == before


async def test_R9_3_restored_meanwhile_it_is_an_exception_and_a_later_restoration_takes_all_back(
    office: Office,
) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id())
    await create(office, office.id())
    await office.restore()
    await office.work()
    assert await office.tokens(ann) == []
    told = [row.message for row in await office.world.rows(models.BackgroundTaskException)]
    assert told == ["This occurrence is not cancelled."]
    await office.cancelled(office.id())
    await created(office, office.id(), tokens={"sendEmails": True})
    await office.restore()
    assert await office.tokens(ann) == [("CANCELLATION", "REVOKED")]
    assert [email.state for email in await office.world.emails()] == ["WITHDRAWN"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"createTokens": {}}, "Give either"),
        ({"createTokens": {"neverExpires": True, "expiresOn": "2026-12-01"}}, "give only one of them"),
        ({"createTokens": {"expiresOn": "2026-11-15"}}, "is in the past"),
    ],
)
async def test_what_is_not_understood_changes_nothing(office: Office, given: Any, message: str) -> None:
    await office.cancelled(office.id())
    if given["createTokens"]:
        given = given | {"occurrenceIds": [office.id()]}
    before = await fingerprint(office.world)
    for document in (CREATE, PREVIEW):
        code, told = await office.api.refused(document, input=given)
        assert code == "BAD_USER_INPUT"
        assert message in told
    assert await fingerprint(office.world) == before


async def test_R4_11_sent_again_it_is_started_once(office: Office) -> None:
    await office.student("Ann")
    await office.cancelled(office.id())
    first = await created(office, office.id(), idempotencyKey="once")
    assert (await created(office, office.id(), idempotencyKey="once"))["backgroundTaskId"] == first["backgroundTaskId"]


async def test_R11_3_what_the_caller_does_not_see_is_not_found(office: Office) -> None:
    mine = await office.world.weekly_class(name="Mine")
    teacher = await office.world.staff(
        Permission.CANCEL_OCCURRENCES, Permission.STAFF_ATTENDANCE_VIEW, teaches=[mine.offering_id]
    )
    api = await office.api.signed_in(office.world, teacher, Portal.STAFF)
    await office.cancelled(office.id())
    stranger = await office.api.as_staff(await new_world(office.world.owner), Permission.OWNER)
    for caller in (api, stranger):
        for document in (CREATE, PREVIEW):
            asked = {"occurrenceIds": [office.id()], "createTokens": {}}
            assert (await caller.refused(document, input=asked))[0] == "NOT_FOUND"
