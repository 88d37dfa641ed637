"""Found a business: its organization, first location and owner (R12.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.accounts.account_links import FOUNDING_LIFETIME, LinkTerms, LinkToken
from attendance.rules.accounts.founding import Founding, NotFounded
from attendance.rules.vocabulary import AccountLinkPurpose, Permission, SecurityEventKind
from db.accounts.account_links import NewLink, add_link
from db.accounts.founding import add_organization, lock_name
from db.accounts.staff import change_person, lock_granting, read_grants
from db.ids import new_id
from db.organization.security_events import Counted, Happening, add_security_events
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Founded:
    """The owner of a new business, and the link with which the owner chooses a password."""

    owner_id: UUID
    token: LinkToken


async def found_organization(uow: UnitOfWork, founding: Founding, terms: LinkTerms, *, now: datetime) -> Founded:
    """Found the business whose id the transaction has. The connection is the database owner's, who sees all
    organizations.

    Raises NotFounded when there is a business of this name.
    """
    if not await lock_name(uow, founding.name.strip()):
        raise NotFounded(
            f"There is a business called {founding.name!r} already. For another link of its owner, use the command "
            "`link`."
        )
    owner_id = await add_organization(uow, founding, now=now)
    token = await give_operators_link(uow, owner_id, AccountLinkPurpose.INVITATION, terms, now=now)
    happening = Happening(SecurityEventKind.ORGANIZATION_FOUNDED, owner_id)
    await add_security_events(uow, [(happening, Counted(1, now, now))])
    return Founded(owner_id, token)


async def give_operators_link(
    uow: UnitOfWork, person_id: UUID, purpose: AccountLinkPurpose, terms: LinkTerms, *, now: datetime
) -> LinkToken:
    """Add a link that an operator hands over in person. It is good for 30 minutes and revokes an earlier one."""
    token = terms.token(uow.organization_id, new_id())
    await add_link(uow, NewLink(token, person_id, purpose, now + FOUNDING_LIFETIME), now=now)
    return token


async def make_owner(uow: UnitOfWork, person_id: UUID, *, now: datetime) -> None:
    """Grant OWNER to a staff member, as an operator does for a business that has no owner yet. It is recorded."""
    await lock_granting(uow)
    grants = (await read_grants(uow, [person_id]))[person_id]
    await change_person(uow, person_id, permissions=sorted(grants.own | {Permission.OWNER.value}))
    happening = Happening(SecurityEventKind.PERMISSIONS_CHANGED, detail=str(person_id))
    await add_security_events(uow, [(happening, Counted(1, now, now))])
