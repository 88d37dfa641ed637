"""The root of all subscriptions."""

import strawberry

from attendance.rules.permissions import SEE_ATTENDANCE
from gql.permissions import requires
from gql.subscriptions.roll_sheet_changed import roll_sheet_changed


@strawberry.type(description="Streams over graphql-transport-ws. Each event carries the cursor to go on from after it.")
class Subscription:
    roll_sheet_changed = strawberry.subscription(
        resolver=roll_sheet_changed,
        description="An occurrence's roll sheet: first its current state as a SNAPSHOT (or, with `afterRevision`, the "
        "changes since), then every change, in revision order, each once. A client that falls behind gets a SNAPSHOT "
        "in place of what it missed. The viewer's rights are looked at again for every event; the stream ends with "
        "UNAUTHENTICATED or FORBIDDEN when they are gone. An occurrence that the viewer may not see is NOT_FOUND. "
        "Staff with attendance VIEW in their portal.",
        metadata=requires(SEE_ATTENDANCE),
    )
