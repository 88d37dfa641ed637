"""settings and its mutations through the API: partial updates, bounds, audit, and that they are in force at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World, new_world
from tests.support.fingerprint import fingerprint

SETTINGS = """{ settings {
  classes { officeCheckInMode birthdayWindowDays markAbsentWhenNobodyChecksIn consecutiveAbsencesNotice }
  staffPortal { staffCheckInMode staffSeesBalances }
  kiosk { kioskReadOnly kioskEarlyMinutes kioskLateMinutes kioskMarksTardy }
  absences { guardiansMayRequestAbsences autoApproveAbsences autoExcuseAbsences absenceNoticeMinutes
    absenceNoticeInHours }
  makeupTokens {
    tokensEnabled tokenTrigger earningTypes tokenLimit tokenLimitPeriod tokenLimitScope
    expiryUnit expiryCount expiryAnchor ignoreLocationLock familiesSeeComments familiesSeeExpired
    autoApproveMakeups familiesMayGiveBackMakeups makeupHorizonDays makeupLatestBookingMinutes expireAfterLastDropDays
    returnedTokenDays
  }
  security { secondFactorRequired }
} }"""
DEFAULTS: dict[str, dict[str, Any]] = {
    "classes": {
        "officeCheckInMode": False,
        "birthdayWindowDays": 3,
        "markAbsentWhenNobodyChecksIn": False,
        "consecutiveAbsencesNotice": None,
    },
    "staffPortal": {"staffCheckInMode": False, "staffSeesBalances": False},
    "kiosk": {
        "kioskReadOnly": False,
        "kioskEarlyMinutes": None,
        "kioskLateMinutes": None,
        "kioskMarksTardy": False,
    },
    "absences": {
        "guardiansMayRequestAbsences": True,
        "autoApproveAbsences": False,
        "autoExcuseAbsences": False,
        "absenceNoticeMinutes": 0,
        "absenceNoticeInHours": False,
    },
    "makeupTokens": {
        "tokensEnabled": True,
        "tokenTrigger": "ALL_ABSENCES",
        "earningTypes": ["ACTIVE"],
        "tokenLimit": None,
        "tokenLimitPeriod": "MONTH",
        "tokenLimitScope": "STUDENT",
        "expiryUnit": "DAYS",
        "expiryCount": 90,
        "expiryAnchor": "ISSUE",
        "ignoreLocationLock": False,
        "familiesSeeComments": False,
        "familiesSeeExpired": True,
        "autoApproveMakeups": True,
        "familiesMayGiveBackMakeups": True,
        "makeupHorizonDays": 60,
        "makeupLatestBookingMinutes": 0,
        "expireAfterLastDropDays": None,
        "returnedTokenDays": 14,
    },
    "security": {"secondFactorRequired": False},
}
CHANGES = """query($first: Int, $after: String) { settings { changes(first: $first, after: $after) {
  nodes { changedAt changedBy { firstName } settings { setting before after } } pageInfo { hasNextPage endCursor }
} } }"""
SECTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "ClassSettings": (
        "classes",
        {
            "officeCheckInMode": True,
            "birthdayWindowDays": 31,
            "markAbsentWhenNobodyChecksIn": True,
            "consecutiveAbsencesNotice": 2,
        },
    ),
    "StaffPortalSettings": ("staffPortal", {"staffCheckInMode": True, "staffSeesBalances": True}),
    "KioskSettings": (
        "kiosk",
        {"kioskReadOnly": True, "kioskEarlyMinutes": 0, "kioskLateMinutes": 1440, "kioskMarksTardy": True},
    ),
    "AbsenceSettings": (
        "absences",
        {
            "guardiansMayRequestAbsences": False,
            "autoApproveAbsences": True,
            "autoExcuseAbsences": True,
            "absenceNoticeMinutes": 90,
            "absenceNoticeInHours": True,
        },
    ),
    "MakeupTokenSettings": (
        "makeupTokens",
        {
            "tokensEnabled": False,
            "tokenTrigger": "EXCUSED_ONLY",
            "earningTypes": ["ACTIVE", "TRIAL", "MAKEUP", "SINGLE_DAY"],
            "tokenLimit": 1,
            "tokenLimitPeriod": "ENROLLMENT",
            "tokenLimitScope": "ENROLLMENT",
            "expiryUnit": "MONTHS",
            "expiryCount": 120,
            "expiryAnchor": "MISSED_CLASS",
            "ignoreLocationLock": True,
            "familiesSeeComments": True,
            "familiesSeeExpired": False,
            "autoApproveMakeups": False,
            "familiesMayGiveBackMakeups": False,
            "makeupHorizonDays": 1,
            "makeupLatestBookingMinutes": 1440,
            "expireAfterLastDropDays": 0,
            "returnedTokenDays": 30,
        },
    ),
}


def update(section: str) -> str:
    return mutation(f"update{section}", "changed { setting before after } settings { classes { officeCheckInMode } }")


async def changed(api: Api, section: str, **given: Any) -> dict[str, Any]:
    answer = await api.ask(update(section), input=given)
    return answer[f"update{section}"]  # type: ignore[no-any-return]


@pytest.fixture
async def manager(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.MANAGE_SETTINGS, Permission.OFFICE_ATTENDANCE_VIEW)


@pytest.mark.parametrize("section", SECTIONS)
async def test_every_setting_of_a_section_is_changed_and_read_back(manager: Api, section: str) -> None:
    name, values = SECTIONS[section]
    done = await changed(manager, section, **values)
    assert done["__typename"] == f"Update{section}Success"
    assert {each["setting"] for each in done["changed"]} == values.keys()
    assert (await manager.ask(SETTINGS))["settings"] == DEFAULTS | {name: values}


async def test_what_is_left_out_stays_and_null_takes_away(manager: Api) -> None:
    await changed(manager, "KioskSettings", kioskEarlyMinutes=20, kioskLateMinutes=10)
    done = await changed(manager, "KioskSettings", kioskEarlyMinutes=None)
    assert done["changed"] == [{"setting": "kioskEarlyMinutes", "before": "20", "after": None}]
    kiosk = (await manager.ask(SETTINGS))["settings"]["kiosk"]
    assert kiosk == DEFAULTS["kiosk"] | {"kioskLateMinutes": 10}


async def test_null_is_no_switch(manager: Api, world: World) -> None:
    before = await fingerprint(world)
    code, message = await manager.refused(update("ClassSettings"), input={"officeCheckInMode": None})
    assert (code, message) == ("BAD_USER_INPUT", "input.officeCheckInMode is null; leave it out to keep it as it is.")
    assert await fingerprint(world) == before


async def test_an_organization_without_settings_gets_the_defaults(manager: Api, world: World) -> None:
    await world.owner.execute(text("DELETE FROM settings"))
    assert (await manager.ask(SETTINGS))["settings"] == DEFAULTS
    await changed(manager, "StaffPortalSettings", staffCheckInMode=True)
    expected = DEFAULTS | {"staffPortal": {"staffCheckInMode": True, "staffSeesBalances": False}}
    assert (await manager.ask(SETTINGS))["settings"] == expected


@pytest.mark.parametrize(
    ("section", "setting", "value", "least", "most"),
    [
        ("ClassSettings", "birthdayWindowDays", -1, 0, 31),
        ("ClassSettings", "birthdayWindowDays", 32, 0, 31),
        ("ClassSettings", "consecutiveAbsencesNotice", 0, 1, 100),
        ("ClassSettings", "consecutiveAbsencesNotice", 101, 1, 100),
        ("KioskSettings", "kioskEarlyMinutes", -1, 0, 1440),
        ("KioskSettings", "kioskEarlyMinutes", 1441, 0, 1440),
        ("KioskSettings", "kioskLateMinutes", -1, 0, 1440),
        ("KioskSettings", "kioskLateMinutes", 2**31 - 1, 0, 1440),
        ("AbsenceSettings", "absenceNoticeMinutes", -1, 0, 86400),
        ("AbsenceSettings", "absenceNoticeMinutes", 86401, 0, 86400),
        ("MakeupTokenSettings", "tokenLimit", 0, 1, 1000),
        ("MakeupTokenSettings", "tokenLimit", 1001, 1, 1000),
        ("MakeupTokenSettings", "expiryCount", 0, 1, 3650),
        ("MakeupTokenSettings", "expiryCount", 3651, 1, 3650),
        ("MakeupTokenSettings", "makeupHorizonDays", 0, 1, 366),
        ("MakeupTokenSettings", "makeupHorizonDays", 367, 1, 366),
        ("MakeupTokenSettings", "makeupLatestBookingMinutes", -1, 0, 86400),
        ("MakeupTokenSettings", "makeupLatestBookingMinutes", 86401, 0, 86400),
        ("MakeupTokenSettings", "expireAfterLastDropDays", -1, 0, 3650),
        ("MakeupTokenSettings", "expireAfterLastDropDays", 3651, 0, 3650),
        ("MakeupTokenSettings", "returnedTokenDays", -1, 0, 366),
        ("MakeupTokenSettings", "returnedTokenDays", 367, 0, 366),
    ],
)
async def test_out_of_range_is_refused_whole(
    manager: Api, world: World, section: str, setting: str, value: int, least: int, most: int
) -> None:
    switch = {
        "ClassSettings": "officeCheckInMode",
        "KioskSettings": "kioskReadOnly",
        "AbsenceSettings": "autoExcuseAbsences",
        "MakeupTokenSettings": "ignoreLocationLock",
    }[section]
    before = await fingerprint(world)
    refused = await changed(manager, section, **{switch: True, setting: value}, idempotencyKey="1")
    message = f"{setting} would be {value}; it must be from {least} to {most}."
    expected = {"setting": setting, "least": least, "most": most, "message": message}
    assert refused == {"__typename": "SettingOutOfRange"} | expected
    assert await fingerprint(world) == before


@pytest.mark.parametrize(
    ("first", "then", "setting", "value", "most"),
    [
        ({}, {"expiryUnit": "WEEKS", "expiryCount": 521}, "expiryCount", 521, 520),
        ({}, {"expiryUnit": "MONTHS", "expiryCount": 121}, "expiryCount", 121, 120),
        ({"expiryCount": 400}, {"expiryUnit": "MONTHS"}, "expiryCount", 400, 120),
        ({"expiryUnit": "MONTHS", "expiryCount": 6}, {"expiryCount": 121}, "expiryCount", 121, 120),
        ({"makeupHorizonDays": 2}, {"makeupLatestBookingMinutes": 2881}, "makeupLatestBookingMinutes", 2881, 2880),
        (
            {"makeupLatestBookingMinutes": 2881},
            {"makeupHorizonDays": 2, "tokenLimit": 5},
            "makeupLatestBookingMinutes",
            2881,
            2880,
        ),
    ],
)
async def test_R7_2_settings_that_do_not_go_together_are_refused_whole(
    manager: Api, world: World, first: dict[str, Any], then: dict[str, Any], setting: str, value: int, most: int
) -> None:
    await changed(manager, "MakeupTokenSettings", **first)
    before = await fingerprint(world)
    refused = await changed(manager, "MakeupTokenSettings", **then)
    assert refused["__typename"] == "SettingOutOfRange"
    assert (refused["setting"], refused["most"]) == (setting, most)
    assert refused["message"].startswith(f"{setting} would be {value};")
    assert await fingerprint(world) == before


async def test_R7_2_what_could_not_be_before_can_be_with_what_it_depends_on(manager: Api) -> None:
    await changed(manager, "MakeupTokenSettings", expiryUnit="MONTHS", expiryCount=6)
    done = await changed(manager, "MakeupTokenSettings", expiryUnit="DAYS", expiryCount=400)
    assert done["changed"] == [
        {"setting": "expiryCount", "before": "6", "after": "400"},
        {"setting": "expiryUnit", "before": "MONTHS", "after": "DAYS"},
    ]


@pytest.mark.parametrize(
    ("types", "at_fault", "message"),
    [
        ([], [], "earningTypes is empty; name at least one type, or switch tokensEnabled off."),
        (
            ["ACTIVE", "WAITLIST"],
            ["WAITLIST"],
            "earningTypes has WAITLIST, but students on a waitlist are on no roster and cannot miss a class.",
        ),
    ],
)
async def test_R7_2_who_waits_earns_nothing_and_somebody_must(
    manager: Api, world: World, types: list[str], at_fault: list[str], message: str
) -> None:
    before = await fingerprint(world)
    refused = await changed(manager, "MakeupTokenSettings", earningTypes=types, tokenLimit=4)
    allowed = ["ACTIVE", "TRIAL", "MAKEUP", "SINGLE_DAY"]
    expected = {"__typename": "EarningTypesNotAllowed", "types": at_fault, "allowed": allowed, "message": message}
    assert refused == expected
    assert await fingerprint(world) == before


async def test_R7_2_earning_types_are_a_set(manager: Api) -> None:
    done = await changed(manager, "MakeupTokenSettings", earningTypes=["TRIAL", "ACTIVE", "TRIAL"])
    assert done["changed"] == [{"setting": "earningTypes", "before": "[ACTIVE]", "after": "[ACTIVE, TRIAL]"}]
    assert (await changed(manager, "MakeupTokenSettings", earningTypes=["ACTIVE", "TRIAL"]))["changed"] == []


async def test_the_audit_tells_who_changed_what_and_when(manager: Api, world: World, api: Api) -> None:
    ada = await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Ada"))
    await changed(manager, "ClassSettings", birthdayWindowDays=7, consecutiveAbsencesNotice=3)
    api.clock.now += timedelta(minutes=1)
    await changed(ada, "ClassSettings", birthdayWindowDays=7, officeCheckInMode=True)
    await changed(ada, "ClassSettings", birthdayWindowDays=7, officeCheckInMode=True)
    pages: list[Any] = []
    after = None
    while True:
        page = (await manager.ask(CHANGES, first=1, after=after))["settings"]["changes"]
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == [
        {
            "changedAt": "2026-11-17T03:01:00Z",
            "changedBy": {"firstName": "Ada"},
            "settings": [{"setting": "officeCheckInMode", "before": "false", "after": "true"}],
        },
        {
            "changedAt": "2026-11-17T03:00:00Z",
            "changedBy": {"firstName": "Sam"},
            "settings": [
                {"setting": "birthdayWindowDays", "before": "3", "after": "7"},
                {"setting": "consecutiveAbsencesNotice", "before": None, "after": "3"},
            ],
        },
    ]


async def test_R1_2_R4_3_a_changed_setting_is_in_force_at_once(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    lesson = await world.weekly_class()
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    mark = mutation("markAttendance")
    given = {
        "occurrenceId": lesson.sheet_id(),
        "studentId": encode_id("Student", student),
        "status": "PRESENT",
    }
    told = []
    for is_on in (False, True, False):
        await changed(owner, "ClassSettings", officeCheckInMode=is_on)
        told.append((await owner.ask(mark, input=given))["markAttendance"]["__typename"])
    assert told == ["CheckInModeOff", "MarkAttendanceSuccess", "CheckInModeOff"]


async def test_R4_11_a_retry_changes_nothing_back(manager: Api, world: World) -> None:
    first = await changed(manager, "StaffPortalSettings", staffCheckInMode=True, idempotencyKey="k")
    await changed(manager, "StaffPortalSettings", staffCheckInMode=False)
    before = await fingerprint(world)
    assert await changed(manager, "StaffPortalSettings", staffCheckInMode=True, idempotencyKey="k") == first
    assert await fingerprint(world) == before


@pytest.mark.parametrize("section", SECTIONS)
async def test_section_11_who_may_change_and_read(world: World, api: Api, section: str) -> None:
    values = SECTIONS[section][1]
    teacher = await api.as_staff(world, Permission.STAFF_ATTENDANCE_FULL, portal=Portal.STAFF)
    guardian = await api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    stranger = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    before = await fingerprint(world)
    assert (await api.refused(update(section), input=values))[0] == "UNAUTHENTICATED"
    assert (await guardian.refused(update(section), input=values))[0] == "FORBIDDEN"
    refused = await changed(teacher, section, **values)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "MANAGE_SETTINGS")
    assert await fingerprint(world) == before
    await changed(stranger, section, **values)
    assert (await teacher.ask(SETTINGS))["settings"] == DEFAULTS
    assert (await teacher.refused(CHANGES))[0] == "FORBIDDEN"
    assert (await guardian.refused(SETTINGS))[0] == "FORBIDDEN"
    assert (await api.refused(SETTINGS))[0] == "UNAUTHENTICATED"
    owner = await api.as_staff(world, Permission.MANAGE_SETTINGS, portal=Portal.STAFF)
    assert (await owner.ask(CHANGES))["settings"]["changes"]["nodes"] == []
    assert (await changed(owner, section, **values))["__typename"] == f"Update{section}Success"
