"""All subscriptions. Each file of this folder that has a `field` is one; it declares what it needs."""

import strawberry

from gql.marks import check_ins
from gql.people import student_changed
from gql.roster import roll_sheet_changed
from gql.tasks import background_task_changed


@strawberry.type(
    description="Streams, over WebSocket by graphql-transport-ws. Each event carries the cursor to go on from after it."
)
class Subscription:
    roll_sheet_changed = roll_sheet_changed.field
    background_task_changed = background_task_changed.field
    student_changed = student_changed.field
    check_ins = check_ins.field
