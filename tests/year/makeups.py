"""Families use the tokens of their absences: a guardian looks for a class and books it."""

from datetime import date, datetime
from typing import Any

from tests.year.business import Business
from tests.year.model import DAY, Place, TokenKey
from tests.year.registering import Household

TOKENS = """query($id: ID!) { student(id: $id) { makeupTokens(states: [AVAILABLE], first: 100) {
  nodes { id missedOccurrence { startsAt offering { id } } } } } }"""
CLASSES = """query($token: ID!, $from: Date!, $to: Date!) {
  eligibleMakeups(tokenId: $token, from: $from, to: $to, first: 20) {
    nodes { occurrence { id date startsAt offering { id } } } } }"""


async def book_a_makeup(business: Business, family: Household, today: date) -> int:
    """The guardian books one class for the oldest token of each student; how many were booked."""
    guardian, booked = business.desk(family.email, "CUSTOMER"), 0
    for student in family.students:
        tokens = (await guardian.ask(TOKENS, id=student))["student"]["makeupTokens"]["nodes"]
        for token in tokens[:1]:
            given = {"from": str(today + 3 * DAY), "to": str(today + 20 * DAY)}
            found = (await guardian.ask(CLASSES, token=token["id"], **given))["eligibleMakeups"]["nodes"]
            if found:
                chosen = business.random.choice(found)["occurrence"]
                given = {"tokenId": token["id"], "occurrenceId": chosen["id"]}
                made = await guardian.act("redeemMakeupToken", "makeup { id startsOn dropOn }", **given)
                _remember(business, made["makeup"], key_of(token["missedOccurrence"], student), chosen)
                booked += 1
    return booked


def key_of(occurrence: dict[str, Any], student: str) -> TokenKey:
    return occurrence["offering"]["id"], datetime.fromisoformat(occurrence["startsAt"]), student


def _remember(business: Business, makeup: dict[str, Any], absence: TokenKey, chosen: dict[str, Any]) -> None:
    on = date.fromisoformat(chosen["date"])
    assert makeup["startsOn"] == makeup["dropOn"] == chosen["date"]
    course = business.model.courses[chosen["offering"]["id"]]
    starts_at = datetime.fromisoformat(chosen["startsAt"])
    (meeting,) = (each for each in business.model.meetings(on) if each.course is course and each.starts_at == starts_at)
    place = Place(makeup["id"], absence[2], course.id, "MAKEUP", on, on, meeting.slot.id)
    business.model.enroll(place)
    assert business.model.tokens[absence].use is None
    business.model.tokens[absence].use = place
