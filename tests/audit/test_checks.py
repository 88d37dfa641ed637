"""Each check of the audit names the row that somebody has altered by SQL, and nothing else (R16.1)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.audit.run import CHECKS
from tests.audit.sound_school import NEXT_MONDAY, NOW, TUESDAY, School, sound_school
from tests.support.audit import findings, findings_of_the_product
from tests.support.factories import MONDAY


@pytest.fixture
async def school(owner: AsyncConnection) -> School:
    return await sound_school(owner)


@dataclass(frozen=True)
class Break:
    """What somebody does by SQL, and what the audit then names: checks with the ids of rows. In both, {words} are known
    values of the school; :own is its organization.
    """

    sql: str
    found: tuple[tuple[str, str], ...]


_MARK = "timeslot_id = '{slot}' AND held_on = '{monday}' AND student_id = '{ann}'"
_ANN = "{slot}/{monday}/{ann}"
_MAIL = "UPDATE email SET {{}} WHERE organization_id = :own AND reason LIKE '{}/%'"
BREAKS = {
    "a change is lost": Break(
        "DELETE FROM change WHERE organization_id = :own AND timeslot_id = '{slot}' AND revision = 3",
        (("revisions", "{slot}/{monday}"), ("feed-items", "{feed}")),
    ),
    "a revision is not counted": Break(
        "UPDATE occurrence SET revision = 4 WHERE organization_id = :own AND timeslot_id = '{slot}'",
        (("revisions", "{slot}/{monday}"),),
    ),
    "a cancellation is lost": Break(
        "UPDATE occurrence SET cancelled_at = NULL WHERE organization_id = :own AND timeslot_id = '{cancelled_slot}'",
        (("cancellations", "{cancelled_slot}/{tuesday}"),),
    ),
    "a mark is altered": Break(
        f"UPDATE mark SET status = 'EXCUSED_ABSENCE' WHERE organization_id = :own AND {_MARK}", (("marks", _ANN),)
    ),
    "a note is altered": Break(
        f"UPDATE mark SET note = 'Secret' WHERE organization_id = :own AND {_MARK}", (("marks", _ANN),)
    ),
    "a mark is an old one": Break(
        f"UPDATE mark SET status = 'PRESENT', revision = 1 WHERE organization_id = :own AND {_MARK}",
        (("last-changes", _ANN), ("earned-tokens", "{token}")),
    ),
    "a mark is lost": Break(
        f"DELETE FROM mark WHERE organization_id = :own AND {_MARK}",
        (("lost-marks", "{slot}/{monday}/2/{ann}"), ("earned-tokens", "{token}")),
    ),
    "the history is altered": Break(
        "UPDATE changed_entry SET before_status = 'TARDY' WHERE organization_id = :own AND revision = 2"
        " AND student_id = '{ann}'",
        (("history", "{slot}/{monday}/2/{ann}"),),
    ),
    "a mark has another's place": Break(
        f"UPDATE mark SET enrollment_id = '{{ben_place}}' WHERE organization_id = :own AND {_MARK}",
        (("marked-places", _ANN),),
    ),
    "a default has an author": Break(
        f"UPDATE mark SET is_defaulted = true, source = 'SYSTEM', marked_by_id = '{{office}}'"
        f" WHERE organization_id = :own AND {_MARK}",
        (("marks", _ANN), ("defaults", _ANN)),
    ),
    "an absence is not decided": Break(
        "DELETE FROM makeup_token_entry WHERE organization_id = :own AND student_id = '{ann}'",
        (("decided-absences", _ANN), ("done-runs", "{slot}/{monday}/AFTER_CLASS"), ("token-states", "{token}")),
    ),
    "a cancelled class leaves an absence's token": Break(
        "WITH c AS (INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at)"
        " VALUES (:own, '{slot}', '{monday}', 4, 'CANCELLED', 'OFFICE', now()))"
        " UPDATE occurrence SET cancelled_at = now(), revision = 4"
        " WHERE organization_id = :own AND timeslot_id = '{slot}'",
        (("earned-tokens", "{token}"),),
    ),
    "a token stands for no cancellation": Break(
        "UPDATE makeup_token SET stands_for_cancellation = true WHERE organization_id = :own AND id = '{token}'",
        (("cancellation-tokens", "{token}"),),
    ),
    "a token has another's place": Break(
        "UPDATE makeup_token SET enrollment_id = '{ben_place}' WHERE organization_id = :own AND id = '{token}'",
        (("token-places", "{token}"),),
    ),
    "a run counts what it has not issued": Break(
        "UPDATE token_run SET issued = 2 WHERE organization_id = :own",
        (("done-runs", "{slot}/{monday}/AFTER_CLASS"),),
    ),
    "a camp has a run": Break(
        "UPDATE offering SET kind = 'CAMP' WHERE organization_id = :own AND id = '{offering}'",
        (("runs-of-classes", "{slot}/{monday}/AFTER_CLASS"),),
    ),
    "the ledger misses a turn": Break(
        "DELETE FROM makeup_token_entry WHERE organization_id = :own AND act = 'REVOKED'",
        (("ledger-turns", "{REINSTATED}"),),
    ),
    "an entry was before the one before it": Break(
        "UPDATE makeup_token_entry SET entered_at = entered_at - interval '1 second'"
        " WHERE organization_id = :own AND id = '{REDEEMED}'",
        (("ledger-times", "{REDEEMED}"),),
    ),
    "a token is revoked without an entry": Break(
        "UPDATE makeup_token SET revoked_at = now() WHERE organization_id = :own AND id = '{token}'",
        (("token-states", "{token}"),),
    ),
    "a token is flagged without an entry": Break(
        "UPDATE makeup_token SET needs_review = true WHERE organization_id = :own AND id = '{given}'",
        (("flags", "{given}"),),
    ),
    "a flag is lost": Break(
        "INSERT INTO makeup_token_entry (organization_id, id, student_id, makeup_token_id, act, source, entered_at)"
        " VALUES (:own, gen_random_uuid(), '{ben}', '{given}', 'FLAGGED', 'SYSTEM', now())",
        (("flags", "{given}"),),
    ),
    "a makeup is lost": Break(
        "UPDATE makeup_token SET makeup_enrollment_id = NULL WHERE organization_id = :own AND id = '{given}'",
        (("ledger-makeups", "{given}"),),
    ),
    "an entry is another student's": Break(
        "UPDATE makeup_token_entry SET student_id = '{ben}' WHERE organization_id = :own AND id = '{REVOKED}'",
        (("ledger-students", "{REVOKED}"),),
    ),
    "a makeup is given back and its token stays tied": Break(
        "UPDATE enrollment SET deleted_at = now() WHERE organization_id = :own AND id = '{makeup}'",
        (("tied-makeups", "{given}"),),
    ),
    "a request is approved without a makeup": Break(
        "UPDATE makeup_request SET makeup_enrollment_id = NULL WHERE organization_id = :own",
        (("request-states", "{request}"),),
    ),
    "a request is for another class than its makeup": Break(
        "UPDATE makeup_request SET held_on = '{monday}' WHERE organization_id = :own",
        (("requested-makeups", "{request}"),),
    ),
    "a request is not in the ledger": Break(
        "DELETE FROM makeup_token_entry WHERE organization_id = :own AND act = 'REQUESTED'",
        (("requests-in-ledger", "{request}"),),
    ),
    "a place is offered before the student wants it": Break(
        "UPDATE place_offer SET starts_on = '2020-01-01' WHERE organization_id = :own", (("offered-places", "{offer}"),)
    ),
    "more places are held than there are": Break(
        "UPDATE offering SET capacity = 0 WHERE organization_id = :own AND id = '{cancelled_offering}'",
        (("held-places", "{offer}"),),
    ),
    "an offer is over and the student still waits": Break(
        "UPDATE place_offer SET state = 'OVER', settled_at = now() WHERE organization_id = :own",
        (("settled-waits", "{offer}"),),
    ),
    "a task counts wrongly": Break(
        "UPDATE background_task SET done = 1 WHERE organization_id = :own", (("task-progress", "{task}"),)
    ),
    "a task that ended has a lease": Break(
        "INSERT INTO background_task_lease (organization_id, background_task_id, lease_until)"
        " VALUES (:own, '{task}', now())",
        (("task-leases", "{task}"),),
    ),
    "an item waits in a task that ended": Break(
        "UPDATE background_task_item SET state = 'WAITING' WHERE organization_id = :own AND position = 3",
        (("task-ends", "{task}/3"),),
    ),
    "an item is over at no instant": Break(
        "UPDATE background_task_item SET done_at = NULL WHERE organization_id = :own AND position = 2",
        (("item-instants", "{task}/2"),),
    ),
    "an item is done without effect": Break(
        "UPDATE background_task_item SET input = jsonb_build_object('timeslot_id', '{slot}', 'held_on', '{monday}')"
        " WHERE organization_id = :own AND position = 1",
        (("done-cancellations", "{task}/1"),),
    ),
    "mail is about no token": Break(
        _MAIL.format("token").format(f"reason = 'token/{'0' * 8}/issued'"), (("token-mail", "{mail_token}"),)
    ),
    "mail is about no cancellation": Break(
        _MAIL.format("cancelled").format("reason = replace(reason, '/1/', '/2/')"),
        (("cancellation-mail", "{mail_cancelled}"),),
    ),
    "a statement is for another family": Break(
        _MAIL.format("statement").format("family_id = NULL"), (("statement-mail", "{mail_statement}"),)
    ),
    "a notice is about no student": Break(
        _MAIL.format("consecutive-absences").format("reason = 'consecutive-absences/0/0/start'"),
        (("absence-mail", "{mail_consecutive-absences}"),),
    ),
    "mail was sent without an attempt": Break(
        _MAIL.format("token").format("attempts = 0"), (("mail-states", "{mail_token}"),)
    ),
    "mail is kept back without a task": Break(
        _MAIL.format("cancelled").format("background_task_id = NULL"), (("withheld-mail", "{mail_cancelled}"),)
    ),
    "versions of a timeslot overlap": Break(
        "UPDATE former_timeslot SET ends_on = '2026-06-02' WHERE organization_id = :own",
        (("timeslot-periods", "{later}/2026-06-02"),),
    ),
    "versions of an offering leave a gap": Break(
        "UPDATE former_offering SET starts_on = '2026-03-02' WHERE organization_id = :own AND ends_on = '2026-05-31'",
        (("offering-periods", "{offering}/2026-02-28"),),
    ),
    "the past has moved": Break(
        "UPDATE timeslot SET weekday = 4 WHERE organization_id = :own AND id = '{slot}'",
        (("held-occurrences", "{slot}/{monday}"),),
    ),
    "an enrollment is in another class's timeslot": Break(
        "UPDATE enrollment SET offering_id = '{cancelled_offering}' WHERE organization_id = :own AND id = '{makeup}'",
        (("enrolled-timeslots", "{makeup}"),),
    ),
    "a transfer is another student's": Break(
        "UPDATE enrollment SET student_id = '{ann}' WHERE organization_id = :own AND id = '{waiting}'",
        (("transfers", "{waiting}"),),
    ),
    "an absence has another's enrollment": Break(
        "UPDATE expected_absence_enrollment SET enrollment_id = '{ben_place}' WHERE organization_id = :own",
        (("absent-enrollments", "{absence}/{ben_place}"),),
    ),
    "somebody is away twice": Break(
        "INSERT INTO staff_absence (organization_id, id, person_id, starts_on, ends_on, recorded_at)"
        " VALUES (:own, 'ffffffff-0000-0000-0000-000000000000', '{office}', '{tuesday}', '{tuesday}', now())",
        (("staff-absences", "ffffffff-0000-0000-0000-000000000000"),),
    ),
    "a substitution is outside the absence": Break(
        "UPDATE staff_absence SET starts_on = '{tuesday}' WHERE organization_id = :own",
        (("substitutions", "{slot}/{monday}/{office}"),),
    ),
    "a setting was changed by hand": Break(
        "UPDATE settings SET birthday_window_days = 7 WHERE organization_id = :own",
        (("settings", "birthday_window_days"),),
    ),
    "the currency was changed by hand": Break(
        "UPDATE organization SET currency = 'JPY' WHERE organization_id = :own",
        (("settings", "currency"),),
    ),
    "the audit of the settings has a gap": Break(
        "UPDATE settings_change SET after = jsonb_build_object('birthday_window_days', 4)"
        " WHERE organization_id = :own AND before = jsonb_build_object('birthday_window_days', 3)",
        (("settings-changes", "{settings_change}"),),
    ),
    "an answer is lost": Break(
        "UPDATE idempotency_key SET answer = NULL WHERE organization_id = :own",
        (("answers", "{office}/8ce4b16b22b58894aa86c421e8759df3"),),
    ),
    "the feed is ahead of itself": Break(
        "UPDATE feed SET position = 100000 WHERE organization_id = :own AND position = 1",
        (("feed", "{feed_number}"),),
    ),
    "a student cannot be found": Break(
        "UPDATE student SET search_key = '' WHERE organization_id = :own AND id = '{ann}'",
        (("name-keys-of-student", "{ann}"),),
    ),
    "a person cannot be found": Break(
        "UPDATE person SET search_key = '' WHERE organization_id = :own AND id = '{office}'",
        (("name-keys-of-person", "{office}"),),
    ),
    "a family cannot be found": Break(
        "UPDATE family SET sort_key = '' WHERE organization_id = :own AND id = '{family}'",
        (("name-keys-of-family", "{family}"),),
    ),
    "a class cannot be found": Break(
        "UPDATE offering SET sort_key = '' WHERE organization_id = :own AND id = '{offering}'",
        (("name-keys-of-offering", "{offering}"),),
    ),
}
_KNOWN = {
    "feed": "SELECT concat_ws('/', number, item) FROM feed_item WHERE organization_id = :own AND revision = 3",
    "feed_number": "SELECT number FROM feed WHERE organization_id = :own AND position = 1",
    "later": "SELECT timeslot_id FROM former_timeslot WHERE organization_id = :own",
    "waiting": "SELECT id FROM enrollment WHERE organization_id = :own AND type = 'WAITLIST'"
    " AND transferred_from_id IS NOT NULL",
    "absence": "SELECT id FROM expected_absence WHERE organization_id = :own",
    "family": "SELECT min(id::text) FROM family WHERE organization_id = :own",
    "settings_change": "SELECT max(id::text) FROM settings_change WHERE organization_id = :own",
}


async def _words(school: School) -> dict[str, str]:
    world = school.world
    known = {name: await world.owner.scalar(text(sql), {"own": world.organization_id}) for name, sql in _KNOWN.items()}
    mail = {f"mail_{email.reason.partition('/')[0]}": email.id for email in await world.emails()}
    named = {
        "slot": school.monday.timeslot_id, "offering": school.monday.offering_id, "monday": MONDAY, "tuesday": TUESDAY,
        "cancelled_slot": school.tuesday.timeslot_id, "cancelled_offering": school.tuesday.offering_id,
    }  # fmt: skip
    own = {name: value for name, value in vars(school).items() if name not in ("world", "monday", "tuesday", "entries")}
    return {name: str(value) for name, value in (known | mail | own | school.entries | named).items()}


@pytest.mark.parametrize("what", BREAKS)
async def test_R16_1_the_audit_names_the_row_that_is_wrong(school: School, what: str) -> None:
    words, world = await _words(school), school.world
    await world.owner.execute(text(BREAKS[what].sql.format(**words)), {"own": world.organization_id})

    found = await findings(world.owner, world.organization_id, now=NOW)

    assert {(each.check, each.id) for each in found} == {
        (check, id.format(**words)) for check, id in BREAKS[what].found
    }, "\n".join(map(str, found))
    tables = {check.name: check.table for check in CHECKS}
    assert {each.table for each in found} == {tables[each.check] for each in found}
    assert {each.organization_id for each in found} == {world.organization_id}
    assert not any("Secret" in str(each) for each in found)


async def test_R16_1_nothing_is_wrong_in_what_is_right(school: School) -> None:
    assert await findings_of_the_product(school.world.owner, school.world.organization_id, now=NOW) == []


async def test_R16_1_a_token_that_has_expired_may_outlive_its_absence(school: School) -> None:
    """R7.4: it is left as it is."""
    words = await _words(school)
    for sql in (
        "UPDATE makeup_token SET expires_on = '2026-11-17' WHERE organization_id = :own AND id = '{token}'",
        BREAKS["a mark is an old one"].sql,
    ):
        await school.world.owner.execute(text(sql.format(**words)), {"own": school.world.organization_id})

    later = NOW + timedelta(days=1)
    found = await findings_of_the_product(school.world.owner, school.world.organization_id, now=later)

    assert [each.check for each in found] == ["last-changes"]


async def test_R7_9_the_audit_names_a_skip_that_is_entered_again(school: School) -> None:
    sheet = school.sheet | {"held_on": NEXT_MONDAY}
    facts = {"status": "ABSENT"}
    await school.enter(None, school.ben, "SKIPPED", **sheet, cause="TOKENS_OFF", facts=facts)
    again = await school.enter(None, school.ben, "SKIPPED", **sheet, cause="TOKENS_OFF", facts=facts)
    await school.enter(None, school.ben, "SKIPPED", **sheet, cause="OVER_LIMIT", facts=facts)

    found = await findings_of_the_product(school.world.owner, school.world.organization_id, now=NOW)

    assert [(each.check, each.id) for each in found] == [("repeated-skips", str(again))]


@pytest.mark.own_database
async def test_R7_5_the_audit_names_a_second_token(school: School) -> None:
    """As in a database that was put together without its indexes."""
    owner = school.world.owner
    await owner.exec_driver_sql("DROP INDEX makeup_token_one_automatic, makeup_token_one_live")
    second = await owner.scalar(
        text("""
            INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, source, issued_at,
                issued_on)
            SELECT organization_id, 'ffffffff-0000-0000-0000-000000000000', student_id, origin, timeslot_id, held_on,
                source, issued_at, issued_on
            FROM makeup_token WHERE organization_id = :own AND id = :token RETURNING id
        """),
        {"own": school.world.organization_id, "token": school.token},
    )
    await school.enter(second, school.ann, "ISSUED", **school.sheet)

    found = await findings_of_the_product(owner, school.world.organization_id, now=NOW)

    assert [(each.check, each.id) for each in found] == [("one-token", str(second))]


def test_each_check_is_broken_by_a_test() -> None:
    broken = {check for each in BREAKS.values() for check, _ in each.found} | {"repeated-skips", "one-token"}
    names = [check.name for check in CHECKS]
    assert broken == set(names)
    assert len(names) == len(set(names))
