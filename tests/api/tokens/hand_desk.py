"""Staff who give makeup tokens by hand, through the API."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World

TOKEN = """id state origin issuedOn expiresOn comment location { name } program { name } student { firstName }
  issuedBy { ... on StaffMember { firstName } } makeup { id }"""
CREATE = mutation("createMakeupTokens", f"tokenCount emailCount emailsWithoutAddress makeupTokens {{ {TOKEN} }}")
EDIT = mutation("editMakeupToken", f"makeupToken {{ {TOKEN} }}")
DELETE = mutation("deleteMakeupToken", f"makeupToken {{ {TOKEN} }}")
RESET = mutation("resetMakeupToken", f"makeupToken {{ {TOKEN} }}")
MONDAY_EVENING = datetime(2026, 11, 17, 3, tzinfo=UTC)
"""In Chicago; in London it is Tuesday."""


@dataclass
class HandDesk:
    """The owner, and Ann of a family that has an e-mail address."""

    api: Api
    world: World
    owner_id: UUID
    ann: UUID

    async def create(self, *tokens: dict[str, Any], api: Api | None = None, **more: Any) -> Any:
        given = {"studentId": encode_id("Student", self.ann), "tokens": list(tokens), **more}
        return (await (api or self.api).ask(CREATE, input=given))["createMakeupTokens"]

    async def one(self, **token: Any) -> Any:
        """The new token as the API shows it."""
        return (await self.create(token))["makeupTokens"][0]

    async def edit(self, token: str | UUID, *, api: Api | None = None, **changes: Any) -> Any:
        return (await (api or self.api).ask(EDIT, input={"tokenId": token_id(token), **changes}))["editMakeupToken"]

    async def delete(self, token: str | UUID, *, api: Api | None = None, **more: Any) -> Any:
        return (await (api or self.api).ask(DELETE, input={"tokenId": token_id(token), **more}))["deleteMakeupToken"]

    async def reset(self, token: str | UUID, *, api: Api | None = None, **more: Any) -> Any:
        return (await (api or self.api).ask(RESET, input={"tokenId": token_id(token), **more}))["resetMakeupToken"]

    async def ledger(self) -> list[tuple[str, Any]]:
        """Acts and facts."""
        return [(row.act, row.facts) for row in await self.world.rows(models.MakeupTokenEntry)]


async def new_hand_desk(world: World, api: Api) -> HandDesk:
    """On MONDAY_EVENING."""
    api.clock.now = MONDAY_EVENING
    owner = await world.staff(Permission.OWNER)
    family = await world.family(email="baker@example.org")
    ann = await world.student(first_name="Ann", family_id=family)
    return HandDesk(await api.as_staff(world, person_id=owner), world, owner, ann)


def token_id(token: str | UUID) -> str:
    return token if isinstance(token, str) else encode_id("MakeupToken", token)
