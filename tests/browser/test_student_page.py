"""The page of a student in a real browser: marks, tokens, why there is none, enrollments and notes."""

import re

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import AttendanceStatus, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet


@pytest.fixture
async def ann(office: Desk, world: World, sheet: LiveSheet) -> Desk:
    """The page of Ann, who was absent, before Olga."""
    await world.change_settings(office_check_in_mode=True)
    await world.change(models.Student, sheet.students["Ann"], medical_alert="Carries an inhaler.")
    await sheet.submit(Ann=AttendanceStatus.ABSENT)
    await office.row("Ann").get_by_role("link").click()
    await expect(office.page).to_have_url(re.compile("/students/"))
    return office


async def test_R8_1_tokens_are_created_edited_and_deleted(ann: Desk, world: World) -> None:
    page = ann.page
    await page.get_by_role("tab", name="Attendance").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_text("This student has no makeup tokens.")).to_be_visible()
    await ann.tap("Create tokens")
    await page.get_by_label("Never expires").check()
    await page.get_by_label("Comment").fill("For the cold pool")
    await ann.tap("Add another")
    await page.get_by_label("Tell the family by e-mail").first.check()
    await ann.without_barriers()
    await ann.tap("Create 2 Tokens & Send 1 Email")
    await expect(page.get_by_role("status").filter(has_text="2 tokens created.")).to_contain_text("cannot be told")
    usable = page.get_by_label("Usable now")
    await expect(usable.get_by_text("For the cold pool")).to_have_count(2)
    await expect(usable.get_by_text("never expires")).to_have_count(2)
    await usable.get_by_role("button", name="History").first.click()
    await expect(page.get_by_role("list", name="History of the token")).to_contain_text("Olga Staff")
    await ann.without_barriers()
    await usable.get_by_role("button", name="Edit").first.click()
    await page.get_by_label("Comment").fill("For the warm pool")
    await ann.tap("Save")
    await expect(usable.get_by_text("For the warm pool")).to_be_visible()
    page.once("dialog", lambda asked: asked.accept())
    await usable.get_by_role("button", name="Delete").first.click()
    await expect(page.get_by_label("Revoked or deleted")).to_be_visible()
    assert len(await world.rows(models.MakeupToken)) == 2


async def test_R4_4_and_R7_9_marks_are_changed_and_reasons_are_told(ann: Desk, sheet: LiveSheet) -> None:
    page = ann.page
    mark = page.get_by_label(re.compile("Attendance on Mon, Nov 16"))
    await expect(mark).to_have_value("ABSENT")
    await page.get_by_label("Dates").select_option(label="Past dates")
    await ann.without_barriers()
    await mark.select_option(label="Tardy")
    await expect(page.get_by_role("list", name="Attendance")).to_contain_text("Olga Staff")
    await expect(mark).to_have_value("TARDY")
    [row] = await sheet.world.rows(models.Mark, student_id=sheet.students["Ann"])
    assert row.status == AttendanceStatus.TARDY
    await mark.select_option(label="Absent")
    await expect(mark).to_have_value("ABSENT")
    await page.get_by_role("tab", name="Why is there no token?").click()
    absences = page.get_by_role("list", name="Absences and their tokens")
    await expect(absences).to_contain_text("No token")
    await ann.without_barriers()


async def test_notes_and_enrollments_change_and_the_medical_note_is_for_those_who_may_see_it(
    ann: Desk, hall: Hall, world: World, sheet: LiveSheet
) -> None:
    page = ann.page
    await expect(page.get_by_text("Carries an inhaler.")).to_be_visible()
    await page.get_by_role("tab", name="Notes").click()
    await page.get_by_label("New note").fill("Swims alone by now.")
    await ann.tap("Add the note")
    notes = page.get_by_role("list", name="Notes")
    await expect(notes).to_contain_text("Swims alone by now.")
    await ann.tap("Close the note")
    await expect(notes).to_contain_text("closed")
    await ann.without_barriers()
    await page.get_by_role("tab", name="Enrollments").click()
    await world.weekly_class(name="Diving", weekday=3)
    await ann.tap("Enroll in a class")
    await page.get_by_label("Find a class").fill("divi")
    await page.get_by_label("Class", exact=True).select_option(label="Diving, Wednesdays at 5:00 PM, Main Street")
    await page.get_by_label("Type").select_option(label="Trial")
    await ann.without_barriers()
    await ann.tap("Enroll", page.get_by_role("dialog"))
    enrolled = page.get_by_role("list", name="Enrollments")
    await expect(enrolled).to_contain_text("Diving Trial")
    await ann.tap("Drop Diving")
    await ann.tap("Drop", page.get_by_role("dialog"))
    await expect(enrolled).to_contain_text("dropped")
    tom = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL, first_name="Tom")
    desk = await hall.signed_in(world, tom, PHONE)
    await desk.open("/tasks")
    await desk.tap("Find a student")
    await desk.page.get_by_label("Name").fill("ann")
    await desk.without_barriers()
    await desk.page.get_by_role("link", name="Ann").click()
    await expect(desk.page).to_have_url(re.compile(encode_id("Student", sheet.students["Ann"])))
    await expect(desk.page.get_by_role("tab", name="Attendance")).to_be_visible()
    for hidden in ("Carries an inhaler.", "Edit"):
        await expect(desk.page.get_by_text(hidden)).to_have_count(0)
    await desk.without_barriers()
