"""cancelOccurrences, cancellationPreview and restoreOccurrence through the API (R9.1 to R9.4)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import (
    AttendanceStatus,
    BlackoutScope,
    EnrollmentType,
    MakeupTokenOrigin,
    OfferingKind,
    Permission,
    Portal,
)
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import EVENING, Api
from tests.support.cancelling_office import CANCEL, PREVIEW, RESTORE, Office
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

pytestmark = pytest.mark.emptied_database

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


async def test_R9_1_a_class_is_cancelled_for_this_day_with_comment_tokens_and_e_mails(office: Office) -> None:
    ann = await office.student("Ann")
    ben = await office.student("Ben", type=EnrollmentType.TRIAL, email="ben@example.org")
    given: dict[str, Any] = {"comment": "  Snow. ", "notify": True, "createTokens": {"neverExpires": True}}
    done = await office.cancel(office.id(), **given)
    assert (done["__typename"], done["occurrenceCount"], done["notCancellable"]) == ("CancelOccurrencesSuccess", 1, [])
    task = {"id": done["backgroundTaskId"], "state": "QUEUED", "kind": "CANCEL_OCCURRENCES"}
    assert done["backgroundTask"] == task
    assert (await office.sheet())["state"] == "SCHEDULED"
    await office.work()
    assert await office.sheet() == {
        "state": "CANCELLED",
        "canRecordAttendance": False,
        "notRecordable": {"reason": "CANCELLED"},
        "cancellation": {"comment": "Snow.", "cancelledBy": {"firstName": "May"}},
        "roster": [{"student": {"firstName": "Ann"}}, {"student": {"firstName": "Ben"}}],
    }
    assert (await office.tokens(ann), await office.tokens(ben)) == ([("CANCELLATION", "AVAILABLE")], [])
    emails = {email.recipient: email for email in await office.world.emails()}
    assert emails.keys() == {"baker@example.org", "ben@example.org"}
    facts = emails["baker@example.org"].facts
    assert (facts["comment"], facts["offering"], facts["held_on"]) == ("Snow.", "Swim 1", "2026-11-16")
    assert facts["students"] == [{"name": "Ann", "has_token": True, "expires_on": None, "given_back": []}]
    assert {encode_id("BackgroundTask", email.background_task_id) for email in emails.values()} == {
        done["backgroundTaskId"]
    }


async def test_R9_2_a_cancelled_class_takes_no_marks(office: Office) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id())
    assert await office.api.submit(office.lesson, {ann: "PRESENT"}) == {
        "__typename": "AttendanceNotRecordable",
        "reason": "CANCELLED",
        "message": "Class is cancelled on this date.",
    }


async def test_R9_1_many_classes_over_a_range_by_location_program_offering_and_kind(office: Office) -> None:
    world = office.world
    elsewhere = await world.location()
    program = await world.program()
    there = await world.weekly_class(location_id=elsewhere, program_id=program)
    near = {"from": MONDAY.isoformat(), "to": (MONDAY + WEEK).isoformat()}

    async def found(**conditions: Any) -> set[str]:
        preview = await office.preview(range=near | conditions)
        assert preview["occurrenceCount"] == len(preview["occurrences"])
        return {each["id"] for each in preview["occurrences"]}

    here_ids = {office.id(), office.id(MONDAY + WEEK)}
    there_ids = {office.id(MONDAY, there), office.id(MONDAY + WEEK, there)}
    assert await found() == here_ids | there_ids
    assert await found(locationIds=[encode_id("Location", elsewhere)]) == there_ids
    assert await found(programIds=[encode_id("Program", program)]) == there_ids
    assert await found(offeringIds=[encode_id("Offering", office.lesson.offering_id)]) == here_ids
    assert await found(kinds=["CAMP"]) == set()
    done = await office.cancelled(range=near)
    assert done["occurrenceCount"] == 4
    assert {(await office.sheet(day))["state"] for day in (MONDAY, MONDAY + WEEK)} == {"CANCELLED"}


async def test_R9_1_what_cannot_be_cancelled_is_left_out_and_told(world: World, api: Api, database: Database) -> None:
    program = await world.program(blackouts=[(MONDAY + WEEK, MONDAY + WEEK, BlackoutScope.BOTH)])
    lesson = await world.weekly_class(program_id=program)
    office = Office(await api.as_staff(world, Permission.OWNER), world, database, lesson)
    await office.cancelled(office.id())
    ids = [office.id(MONDAY + n * WEEK) for n in range(3)]
    left_out = [
        {"occurrenceId": ids[0], "state": "CANCELLED", "message": "Class is already cancelled on this date."},
        {
            "occurrenceId": ids[1],
            "state": "CLOSED",
            "message": "Class is closed on this date, so there is nothing to cancel.",
        },
    ]
    preview = await office.preview(*ids)
    assert (preview["occurrenceCount"], preview["notCancellableCount"]) == (1, 2)
    assert preview["notCancellable"] == left_out
    nothing = await office.cancel(*ids[:2])
    assert (nothing["__typename"], nothing["notCancellable"]) == ("NothingToCancel", left_out)
    done = await office.cancel(*ids)
    assert done["notCancellable"] == left_out


async def test_R9_1_nothing_is_started_where_there_is_nothing_to_cancel(office: Office) -> None:
    before = await fingerprint(office.world)
    tuesday = {"from": "2026-11-17", "to": "2026-11-17"}
    done = await office.cancel(range=tuesday)
    assert (done["__typename"], done["message"]) == ("NothingToCancel", "No occurrence meets the conditions.")
    assert await fingerprint(office.world) == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Give either"),
        ({"occurrenceIds": []}, "1 to 100"),
        ({"range": {"from": "2026-11-17", "to": "2026-11-16"}}, "ends"),
        ({"range": {"from": "2026-11-17", "to": "2027-11-18"}}, "at most 366 days"),
        ({"comment": "x" * 2001}, "at most 2000"),
        ({"createTokens": {"neverExpires": True, "expiresOn": "2026-12-01"}}, "give only one of them"),
        ({"createTokens": {"expiresOn": "2026-11-15"}}, "is in the past"),
    ],
)
async def test_what_is_not_understood_changes_nothing(office: Office, given: Any, message: str) -> None:
    if given and not {"occurrenceIds", "range"} & given.keys():
        given = given | {"occurrenceIds": [office.id()]}
    before = await fingerprint(office.world)
    for document in (CANCEL, PREVIEW):
        code, told = await office.api.refused(document, input=given)
        assert code == "BAD_USER_INPUT"
        assert message in told
    assert await fingerprint(office.world) == before


async def test_R9_1_a_token_may_expire_on_the_day_itself(office: Office) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id(), createTokens={"expiresOn": "2026-11-16"})
    assert await office.tokens(ann) == [("CANCELLATION", "AVAILABLE")]


async def test_too_many_occurrences_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.actions.cancelling.choose_occurrences.MOST_OCCURRENCES", 1)
    near = {"from": MONDAY.isoformat(), "to": (MONDAY + WEEK).isoformat()}
    assert (await office.api.refused(CANCEL, input={"range": near}))[0] == "BAD_USER_INPUT"
    assert (await office.cancel(range=near | {"to": near["from"]}))["occurrenceCount"] == 1


async def test_R9_1_the_dry_run_names_students_over_the_limit_and_counts_e_mails(office: Office) -> None:
    await office.world.change_settings(token_limit=1)
    ann, _ = await office.student("Ann"), await office.student("Ben", email=None)
    await office.world.makeup_token(ann)
    await office.world.mark(ann, office.lesson.timeslot_id, held_on=MONDAY - WEEK, status=AttendanceStatus.ABSENT)
    await office.world.makeup_token(
        ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=office.lesson.timeslot_id,
        held_on=MONDAY - WEEK,
        issued_on=MONDAY,
    )
    given: dict[str, Any] = {"notify": True, "createTokens": {"sendEmails": True}}
    preview = await office.preview(office.id(), **given)
    assert preview["overLimit"] == [{"student": {"firstName": "Ann"}, "occurrence": {"id": office.id()}, "counted": 1}]
    assert (preview["tokensToCreate"], preview["emailCount"], preview["overLimitCount"]) == (1, 1, 1)
    assert (preview["withoutAddressCount"], preview["studentCount"]) == (1, 2)
    assert preview["withoutAddress"] == [{"student": {"firstName": "Ben"}}]
    assert (await office.sheet())["state"] == "SCHEDULED"
    await office.cancelled(office.id(), **given)
    told = {row.message for row in await office.world.rows(models.BackgroundTaskException)}
    assert told == {
        "No makeup token was created: the limit of 1 is reached (1 counted).",
        "The family was not told, because it has no e-mail address.",
    }
    assert len(await office.world.emails()) == 1
    override = await office.preview(office.id(MONDAY + WEEK), createTokens={"overrideLimit": True})
    assert (override["tokensToCreate"], override["overLimitCount"]) == (2, 0)


@pytest.mark.parametrize(("days", "good_through"), [(None, "2026-11-30"), (3, "2026-11-19"), (0, "2026-11-16")])
@pytest.mark.parametrize("dates", [{"expires_on": MONDAY - DAY}, {"expires_on": None, "lapses_on": MONDAY - DAY}])
async def test_R8_6c_a_cancelled_makeup_gives_back_a_token_that_can_be_used(
    office: Office, days: int | None, good_through: str, dates: Any
) -> None:
    if days is not None:
        await office.world.change_settings(returned_token_days=days)
    ben = await office.world.student(first_name="Ben", family_id=await office.world.family(email="b@example.org"))
    place = await office.world.enroll(
        ben,
        office.lesson.offering_id,
        type=EnrollmentType.MAKEUP,
        starts_on=MONDAY,
        drop_on=MONDAY,
        timeslot_id=office.lesson.timeslot_id,
    )
    given = {"issued_on": MONDAY - WEEK} | dates
    await office.world.makeup_token(ben, makeup_enrollment_id=place, **given)
    preview = await office.preview(office.id(), notify=True)
    (returned,) = preview["returnedTokens"]
    assert (returned["goodThrough"], returned["isPutOff"]) == (good_through, True)
    await office.cancelled(office.id(), notify=True)
    (token,) = await office.api.tokens(ben, "state")
    assert token["state"] == "AVAILABLE"
    (email,) = await office.world.emails()
    assert email.facts["students"][0]["given_back"] == [good_through]
    assert await office.world.count(models.BackgroundTaskException) == 0


@pytest.mark.parametrize("good_through", [MONDAY + 15 * DAY, None])
async def test_R8_6c_a_last_day_that_is_far_enough_stays(office: Office, good_through: date | None) -> None:
    ben = await office.world.student()
    place = await office.world.enroll(
        ben,
        office.lesson.offering_id,
        type=EnrollmentType.MAKEUP,
        starts_on=MONDAY,
        drop_on=MONDAY,
        timeslot_id=office.lesson.timeslot_id,
    )
    await office.world.makeup_token(ben, makeup_enrollment_id=place, expires_on=good_through)
    (returned,) = (await office.preview(office.id()))["returnedTokens"]
    assert (returned["goodThrough"], returned["isPutOff"]) == (good_through and good_through.isoformat(), False)
    await office.cancelled(office.id())
    dates = await office.world.owner.execute(text("SELECT expires_on FROM makeup_token"))
    assert dates.scalar_one() == good_through


async def test_R9_2_the_preview_and_the_task_name_each_student_who_gets_no_token(office: Office) -> None:
    await office.student("Ann")
    tess = await office.student("Tess", type=EnrollmentType.TRIAL)
    preview = await office.preview(office.id(), createTokens={})
    assert (preview["tokensToCreate"], preview["noTokensReason"], preview["leftOutCount"]) == (1, None, 1)
    assert preview["leftOut"] == [
        {
            "student": {"firstName": "Tess"},
            "occurrence": {"id": office.id()},
            "cause": "TYPE_DOES_NOT_EARN",
            "message": "No makeup token: enrollments of this type earn no makeup tokens.",
        }
    ]
    await office.cancelled(office.id(), createTokens={})
    told = [(row.student_id, row.message) for row in await office.world.rows(models.BackgroundTaskException)]
    assert told == [(tess, "No makeup token was created: enrollments of type TRIAL earn none.")]


async def test_R9_2_the_preview_says_why_it_counts_no_tokens(office: Office) -> None:
    assert (await office.preview(office.id(), createTokens={}))["noTokensReason"] == "NOBODY_ON_ROSTER"
    await office.student("Tess", type=EnrollmentType.TRIAL)
    assert (await office.preview(office.id(), createTokens={}))["noTokensReason"] == "ALL_LEFT_OUT"
    await office.student("Ann")
    preview = await office.preview(office.id())
    assert (preview["noTokensReason"], preview["leftOutCount"], preview["tokensToCreate"]) == ("NOT_ASKED", 0, 0)
    await office.world.change_settings(tokens_enabled=False)
    assert (await office.preview(office.id(), createTokens={}))["tokensToCreate"] == 1
    camp = await office.world.weekly_class(kind=OfferingKind.CAMP)
    await office.world.enroll(await office.world.student(), camp.offering_id)
    preview = await office.preview(office.id(lesson=camp), createTokens={})
    assert (preview["noTokensReason"], [each["cause"] for each in preview["leftOut"]]) == (
        "NOT_A_CLASS",
        ["NOT_A_CLASS"],
    )


@pytest.mark.parametrize(
    ("given", "recipients"),
    [
        ({}, set()),
        ({"notify": True}, {"ann@example.org", "tess@example.org"}),
        ({"createTokens": {}}, set()),
        ({"createTokens": {"sendEmails": True}}, {"ann@example.org"}),
        ({"notify": True, "createTokens": {"sendEmails": True}}, {"ann@example.org", "tess@example.org"}),
    ],
)
async def test_R9_1_who_is_told(office: Office, given: Any, recipients: set[str]) -> None:
    await office.student("Ann", email="ann@example.org")
    await office.student("Tess", email="tess@example.org", type=EnrollmentType.TRIAL)
    await office.student("Zoe", email="zoe@example.org", type=EnrollmentType.WAITLIST)
    assert (await office.preview(office.id(), **given))["emailCount"] == len(recipients)
    await office.cancelled(office.id(), **given)
    assert {email.recipient for email in await office.world.emails()} == recipients


async def test_R9_8_siblings_have_one_e_mail(office: Office) -> None:
    family = await office.world.family(email="baker@example.org")
    for name in ("Zoe", "Ann"):
        student = await office.world.student(first_name=name, family_id=family)
        await office.world.enroll(student, office.lesson.offering_id)
    await office.cancelled(office.id(), notify=True)
    (email,) = await office.world.emails()
    assert [each["name"] for each in email.facts["students"]] == ["Ann", "Zoe"]


async def test_R9_3_restoring_gives_the_class_back_and_takes_e_mails_back_that_were_not_sent(office: Office) -> None:
    ann = await office.student("Ann")
    await office.cancelled(office.id(), notify=True, createTokens={}, comment="Snow.")
    done = await office.restore()
    assert done == {
        "__typename": "RestoreOccurrenceSuccess",
        "occurrence": {"state": "SCHEDULED", "cancellation": None, "revision": 4},
        "revokedTokens": [{"state": "REVOKED", "student": {"firstName": "Ann"}}],
        "usedTokens": [],
        "returnedTokens": [],
        "makeupsGivenBack": [],
    }
    assert [email.state for email in await office.world.emails()] == ["WITHDRAWN"]
    assert (await office.restore())["__typename"] == "OccurrenceNotCancelled"
    await office.cancelled(office.id(), notify=True, createTokens={})
    assert sorted(email.state for email in await office.world.emails()) == ["QUEUED", "WITHDRAWN"]
    assert await office.tokens(ann) == [("CANCELLATION", "AVAILABLE")]


async def test_R9_2_R9_3_a_makeup_is_given_back_and_told_when_the_class_is_restored(office: Office) -> None:
    ben = await office.world.student(first_name="Ben", family_id=await office.world.family(email="b@example.org"))
    place = await office.world.makeup(ben, office.lesson, MONDAY + WEEK)
    await office.world.makeup_token(ben, makeup_enrollment_id=place, expires_on=MONDAY + 2 * WEEK)
    there = office.id(MONDAY + WEEK)
    given: dict[str, Any] = {"createTokens": {"sendEmails": True}}
    preview = await office.preview(there, **given)
    assert (preview["makeupsToGiveBack"], preview["emailCount"], preview["tokensToCreate"]) == (1, 1, 0)
    await office.cancelled(there, **given)
    assert await office.tokens(ben) == [("MANUAL", "AVAILABLE")]
    (email,) = await office.world.emails()
    assert email.facts["students"][0]["given_back"] == ["2026-11-30"]
    returned = {"student": {"firstName": "Ben"}, "occurrence": {"id": there}}
    assert preview["returnedTokens"] == [returned | {"goodThrough": "2026-11-30", "isPutOff": False}]
    done = await office.restore(MONDAY + WEEK)
    assert done["makeupsGivenBack"] == [{"id": encode_id("Enrollment", place), "isDeleted": True}]
    assert await office.tokens(ben) == [("MANUAL", "AVAILABLE")]


async def test_R4_11_sent_again_it_is_started_once(office: Office) -> None:
    await office.student("Ann")
    first = await office.cancelled(office.id(), idempotencyKey="once")
    again = await office.cancelled(office.id(), idempotencyKey="once")
    assert again["backgroundTaskId"] == first["backgroundTaskId"]
    assert again["backgroundTask"]["state"] == "COMPLETED"
    tasks = await office.world.owner.execute(text("SELECT count(*) FROM background_task"))
    assert tasks.scalar_one() == 1
    await office.restore(idempotencyKey="back")
    assert (await office.restore(idempotencyKey="back"))["__typename"] == "RestoreOccurrenceSuccess"


async def test_R9_4_cancelled_twice_at_the_same_time_the_second_task_tells_it(office: Office) -> None:
    ann = await office.student("Ann")
    for _ in range(2):
        assert (await office.cancel(office.id(), createTokens={}))["__typename"] == "CancelOccurrencesSuccess"
    await office.work()
    assert await office.tokens(ann) == [("CANCELLATION", "AVAILABLE")]
    told = [row.message for row in await office.world.rows(models.BackgroundTaskException)]
    assert told == ["Class is already cancelled on this date."]


async def test_R11_3_what_the_caller_does_not_see_is_not_found_and_not_in_a_range(office: Office) -> None:
    mine = await office.world.weekly_class(name="Mine")
    teacher = await office.world.staff(
        Permission.CANCEL_OCCURRENCES, Permission.STAFF_ATTENDANCE_VIEW, teaches=[mine.offering_id]
    )
    api = await office.api.signed_in(office.world, teacher, Portal.STAFF)
    day = {"from": MONDAY.isoformat(), "to": MONDAY.isoformat()}
    preview = await office.preview(api=api, range=day)
    assert preview["occurrences"] == [{"id": office.id(lesson=mine)}]
    for document in (CANCEL, PREVIEW):
        assert (await api.refused(document, input={"occurrenceIds": [office.id()]}))[0] == "NOT_FOUND"
    await office.cancelled(office.id())
    assert (await api.refused(RESTORE, input={"occurrenceId": office.id()}))[0] == "NOT_FOUND"
    stranger = await office.api.as_staff(await new_world(office.world.owner), Permission.OWNER)
    assert (await stranger.refused(PREVIEW, input={"occurrenceIds": [office.id()]}))[0] == "NOT_FOUND"


@pytest.mark.parametrize("weeks", [1, 20])
async def test_R9_1_the_dry_run_takes_the_same_statements_for_any_number_of_classes(office: Office, weeks: int) -> None:
    await office.world.change_settings(token_limit=1)
    for number in range(weeks):
        await office.student(f"Student {number}")
    office.api.clock.now = EVENING
    office.api.statements.clear()
    until = MONDAY + weeks * WEEK - DAY
    preview = await office.preview(
        range={"from": MONDAY.isoformat(), "to": until.isoformat()}, notify=True, createTokens={}
    )
    assert (preview["occurrenceCount"], preview["emailCount"]) == (weeks, weeks * weeks)
    assert len(office.api.statements) == 8, office.api.statements
