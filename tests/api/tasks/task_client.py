"""What tests ask the API about background tasks."""

from typing import Any
from uuid import UUID

from gql.fields.global_ids import encode_id
from tests.support.api import Api

TASK = """
id kind state done total exceptionCount createdBy { id firstName } createdAt startedAt endedAt error
report {
  summary itemsDone itemsRefused itemsFailed itemsSkipped itemsWaiting
  emailsSent emailsWaiting emailsWithdrawn emailsWithheld emailsFailed emailsUncertain emailsKept
}
"""
LIST = f"""query($first: Int, $after: String) {{ backgroundTasks(first: $first, after: $after) {{
  nodes {{ {TASK} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
NODE = f"query($id: ID!) {{ node(id: $id) {{ ... on BackgroundTask {{ {TASK} }} }} }}"
EXCEPTIONS = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on BackgroundTask {
  exceptions(first: $first, after: $after) {
    nodes { position title itemState message student { id firstName } } pageInfo { hasNextPage endCursor }
  } } } }"""
ITEMS = """query($id: ID!, $state: TaskItemState, $first: Int, $after: String) { node(id: $id) {
  ... on BackgroundTask { items(state: $state, first: $first, after: $after) {
    nodes { position title state doneAt student { firstName } } pageInfo { hasNextPage endCursor } } } } }"""
CANCEL = """mutation($id: ID!, $key: String, $withdraw: Boolean = false) {
  cancelBackgroundTask(input: {backgroundTaskId: $id, idempotencyKey: $key, withdrawEmails: $withdraw}) {
  __typename ... on CancelBackgroundTaskSuccess { backgroundTask { id state endedAt report { summary itemsSkipped } } }
  ... on BackgroundTaskEnded { message backgroundTaskId state endedAt } } }"""
SEND_WITHHELD = """mutation($id: ID!, $key: String) {
  sendWithheldEmails(input: {backgroundTaskId: $id, idempotencyKey: $key}) {
  __typename ... on SendWithheldEmailsSuccess { emailCount backgroundTask { report { emailsWaiting emailsWithheld } } }
  ... on BackgroundTaskNotEnded { message backgroundTaskId state } } }"""
WITHHELD = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on BackgroundTask {
  withheldEmails(first: $first, after: $after) {
    nodes { family { name } } pageInfo { hasNextPage endCursor } } } } }"""
DELETE = """mutation($id: ID!, $key: String) {
  deleteBackgroundTask(input: {backgroundTaskId: $id, idempotencyKey: $key}) {
  __typename ... on DeleteBackgroundTaskSuccess { deletedId }
  ... on BackgroundTaskNotEnded { message backgroundTaskId state } } }"""


def gid(task_id: UUID) -> str:
    return encode_id("BackgroundTask", task_id)


async def listed(api: Api, **page: Any) -> list[str]:
    return [task["id"] for task in (await api.ask(LIST, **page))["backgroundTasks"]["nodes"]]


async def told(api: Api, task_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await api.ask(NODE, id=gid(task_id)))["node"]
    return found


async def cancel(api: Api, task_id: UUID, key: str | None = None, *, withdraw: bool = False) -> dict[str, Any]:
    given = {"id": gid(task_id), "key": key, "withdraw": withdraw}
    answer: dict[str, Any] = (await api.ask(CANCEL, **given))["cancelBackgroundTask"]
    return answer


async def send_withheld(api: Api, task_id: UUID, key: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(SEND_WITHHELD, id=gid(task_id), key=key))["sendWithheldEmails"]
    return answer


async def not_told(api: Api, task_id: UUID, **page: Any) -> list[str | None]:
    """The names of the families whose e-mails the task keeps back; None for one that the viewer may not see."""
    found = (await api.ask(WITHHELD, id=gid(task_id), **page))["node"]["withheldEmails"]["nodes"]
    return [each["family"] and each["family"]["name"] for each in found]


async def delete(api: Api, task_id: UUID, key: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(DELETE, id=gid(task_id), key=key))["deleteBackgroundTask"]
    return answer
