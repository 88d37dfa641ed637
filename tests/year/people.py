"""Staff come and go, students change class, and families leave and are erased."""

from datetime import date

from tests.year.business import FRONT_DESK, Business
from tests.year.changing import EFFECT, previewed
from tests.year.founding import invite
from tests.year.model import DAY, Course, Place
from tests.year.registering import Household

FAMILIES = "query($text: String) { families(search: $text) { nodes { id } } }"
LEFT = "{ studentCount enrollmentCount makeupCount unusedTokenCount guardianCount }"
ERASE = """query($id: ID!) { eraseFamilyPreview(familyId: $id) {
  seen familyName students { id } guardianCount endingEnrollmentCount keptMarkCount keptTokenCount } }"""


async def replace_an_instructor(business: Business, leaving: str, name: str, today: date) -> str:
    """A new instructor takes over the classes of one who leaves, and nobody sees a class without one."""
    address = f"{name.lower()}@dock.example"
    await invite(business, name, address, "Instructors")
    staff_portal = business.desk(leaving, "STAFF")
    await staff_portal.ask("{ viewer { __typename } }")
    for course in [each for each in business.model.courses.values() if each.teacher == leaving]:
        if any(slot.until >= today for slot in course.slots):
            given = {"offeringId": course.id, "instructorIds": [business.ids[address]], "from": str(today)}
            await previewed(business, "updateOffering", f"effect {{ {EFFECT} }}", **given)
            course.teacher = address
    await business.owner.act("endStaff", staffMemberId=business.ids[leaving])
    api = await staff_portal.api()
    code, _ = await api.refused("{ viewer { __typename } }")
    assert code == "UNAUTHENTICATED"
    return address


async def move_a_student(business: Business, place: Place, to: Course, on: date) -> None:
    """A transfer in mid-term (R3.4)."""
    given = {"enrollmentId": place.id, "offeringId": to.id, "startsOn": str(on)}
    made = await business.desk(FRONT_DESK).act("transferEnrollment", "enrollment { id startsOn }", **given)
    place.until = on - DAY
    business.model.enroll(Place(made["enrollment"]["id"], place.student, to.id, place.type, on))


async def drop(business: Business, place: Place, on: date) -> None:
    await business.desk(FRONT_DESK).act("dropEnrollment", enrollmentId=place.id, dropOn=str(on))
    place.until = on


async def leave(business: Business, family: Household, since: date) -> None:
    """A family leaves ahead of time: places end, makeups are given back, and the preview has said so (R13.1)."""
    given = {"familyId": family.id, "from": str(since)}
    document = f"query($input: EndFamilyInput!) {{ endFamilyPreview(input: $input) {{ ... on LeavingEffect {LEFT} }} }}"
    told = (await business.office.ask(document, input=given))["endFamilyPreview"]
    done = await business.office.act("endFamily", f"effect {LEFT}", **given)
    model = business.model
    places = [place for each in family.students for place in model.places_of(each)]
    ending = [place for place in places if place.until is None or place.until >= since]
    makeups = [place for place in ending if place.type == "MAKEUP"]
    assert done["effect"] == told
    counts = told["studentCount"], told["enrollmentCount"], told["makeupCount"], told["guardianCount"]
    assert counts == (len(family.students), len(ending) - len(makeups), len(makeups), 1)
    for place in ending:
        place.until = since - DAY
    for token in model.tokens.values():
        if token.use in makeups:
            token.use = None


async def erase(business: Business, family: Household, today: date) -> None:
    """What identifies the family is removed; what it counted stays."""
    told = (await business.owner.ask(ERASE, id=family.id))["eraseFamilyPreview"]
    marks = sum(student in sheet.marks for sheet in business.model.sheets.values() for student in family.students)
    assert (told["familyName"], told["guardianCount"], told["keptMarkCount"]) == (family.name, 1, marks)
    done = await business.owner.act("eraseFamily", "studentCount", familyId=family.id, seen=told["seen"])
    assert done["studentCount"] == len(family.students)
    found = await business.owner.ask(FAMILIES, text=family.name)
    assert found["families"]["nodes"] == []
    for student in family.students:
        for place in business.model.places_of(student):
            place.until = min(place.until or today, today - DAY)
        for key, token in business.model.tokens.items():
            if key[2] == student and token.use is None:
                token.is_lost = True
