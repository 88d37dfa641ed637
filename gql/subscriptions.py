"""The root type of all subscriptions. Each field is defined in a file of its own, where it declares its access."""

import strawberry

from gql.marks import check_ins
from gql.people import student_changed
from gql.roster import roll_sheet_changed
from gql.tasks import background_task_changed, background_tasks_changed


@strawberry.type(
    description="The live streams. They are served over WebSocket with the graphql-transport-ws protocol, and over "
    "HTTP as server-sent events. Every event carries a cursor (a revision or a position); pass the last one received "
    "when you subscribe again, and the stream continues after it."
)
class Subscription:
    roll_sheet_changed = roll_sheet_changed.field
    background_task_changed = background_task_changed.field
    background_tasks_changed = background_tasks_changed.field
    student_changed = student_changed.field
    check_ins = check_ins.field
