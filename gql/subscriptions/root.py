"""All subscriptions. Each file of this folder that has a `field` is one; it declares what it needs."""

import strawberry

from gql.subscriptions import background_task_changed, check_ins, roll_sheet_changed, student_changed


@strawberry.type(
    description="Streams, over WebSocket by graphql-transport-ws. Each event carries the cursor to go on from after it."
)
class Subscription:
    roll_sheet_changed = roll_sheet_changed.field
    background_task_changed = background_task_changed.field
    student_changed = student_changed.field
    check_ins = check_ins.field
