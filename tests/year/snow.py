"""Act 6. It snows for a week: a location cancels its classes, and each place there gets a token (R9.1, R9.2)."""

from tests.year.business import Business
from tests.year.model import DAY, Meeting
from tests.year.plan import YEAR

PREVIEW = """query($input: CancelOccurrencesInput!) { cancellationPreview(input: $input) {
  occurrenceCount tokensToCreate leftOutCount makeupsToGiveBack studentCount emailCount } }"""
TASK = """query($id: ID!) { node(id: $id) { ... on BackgroundTask { state done exceptionCount
  report { itemsDone emailsSent emailsWaiting } } } }"""
CANCEL = "occurrenceCount backgroundTaskId"


async def cancel_a_snow_week(business: Business, location: str) -> None:
    first, last = YEAR.snowed_in
    given = {
        "range": {"from": str(first), "to": str(last), "kinds": ["CLASS"], "locationIds": [business.ids[location]]},
        "comment": "The roads are closed.", "notify": True, "createTokens": {"sendEmails": True},
    }  # fmt: skip
    told = (await business.office.ask(PREVIEW, input=given))["cancellationPreview"]
    meetings = [each for number in range((last - first).days + 1) for each in _held(business, location, number)]
    there = [(each, place) for each in meetings for place in business.model.present_at(each).values()]
    makeups = [(each, place) for each, place in there if place.type == "MAKEUP"]
    places = [(each, place) for each, place in there if place.type == "ACTIVE"]
    assert (told["occurrenceCount"], told["studentCount"]) == (len(meetings), len(there))
    assert (told["tokensToCreate"], told["makeupsToGiveBack"]) == (len(places), len(makeups))
    sent = len(business.post.taken)
    done = await business.office.act("cancelOccurrences", CANCEL, **given)
    await business.work()
    task = (await business.office.ask(TASK, id=done["backgroundTaskId"]))["node"]
    assert (task["state"], task["done"], task["exceptionCount"]) == ("COMPLETED", len(meetings), 0)
    assert len(business.post.taken) - sent == told["emailCount"] > 0
    business.model.cancelled |= {(each.slot.id, each.on) for each in meetings}
    for each, place in places:
        business.model.give_for_cancellation(each, place.student)
    for _, place in makeups:
        business.model.return_makeup(place, business.now.date())


def _held(business: Business, location: str, number: int) -> list[Meeting]:
    of_day = business.model.meetings(YEAR.snowed_in[0] + number * DAY)
    return [
        each for each in of_day
        if each.course.kind == "CLASS" and each.course.location_id == business.ids[location]
    ]  # fmt: skip
