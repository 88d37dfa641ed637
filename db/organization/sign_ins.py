"""Sign-ins: the accounts of an e-mail address, and the sessions that people keep with refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, text, update
from sqlalchemy.dialects.postgresql import insert

from attendance.rules.organization.sign_in import Account, RefreshToken, SignInState
from attendance.rules.vocabulary import PersonKind, Portal
from db.engine import Database
from db.models import SignIn
from db.names import sort_key
from db.unit_of_work import UnitOfWork

# Before sign-in there is no tenant. This function is the only way around row-level security (migration 0002).
_ACCOUNTS = text(
    " UNION ALL ".join(
        "SELECT organization_id, organization_name, person_id, password_hash, "  # noqa: S608 - a constant
        f"'{kind}' AS kind FROM credentials_of(:email, '{kind}')"
        for kind in PersonKind
    )
)


_LOCK = text("""
SELECT s.refresh_hash, s.previous_refresh_hash, s.refreshed_at, s.expires_at, s.ended_at, s.created_at, s.person_id,
    s.portal
FROM sign_in s
WHERE s.organization_id = :organization_id AND s.id = :id FOR UPDATE
""")


async def find_accounts(database: Database, email: str) -> list[Account]:
    """Return all accounts of the e-mail address in all organizations, by the organization's name, at most 20 of each
    kind. Upper and lower case are the same.
    """
    async with database.connect() as connection:
        rows = (await connection.execute(_ACCOUNTS, {"email": email})).all()
    return [
        Account(row.organization_id, row.organization_name, row.person_id, PersonKind(row.kind), row.password_hash)
        for row in sorted(rows, key=lambda row: (sort_key(row.organization_name), row.organization_id))
    ]


async def add_sign_in(
    uow: UnitOfWork,
    token: RefreshToken,
    person_id: UUID,
    portal: Portal,
    *,
    now: datetime,
    expires_at: datetime,
    device: str | None = None,
) -> bool:
    """Create the sign-in and return True. False means that a sign-in with this id exists; if another transaction was
    creating it, this one has waited for it.

    device -- what the client says of itself; None when it says nothing
    """
    made = await uow.connection.scalar(
        insert(SignIn)
        .values(
            organization_id=uow.organization_id,
            id=token.sign_in_id,
            person_id=person_id,
            portal=portal,
            refresh_hash=token.digest,
            device=device,
            created_at=now,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
        .returning(SignIn.id)
    )
    return made is not None


async def lock_sign_in(uow: UnitOfWork, sign_in_id: UUID) -> tuple[SignInState, UUID, Portal] | None:
    """Lock the sign-in until this transaction ends, and return its state, person and portal. Nobody else can refresh or
    end it meanwhile.
    """
    row = (
        await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, "id": sign_in_id})
    ).one_or_none()
    if row is None:
        return None
    state = SignInState(*row[:6])
    return state, row.person_id, Portal(row.portal)


async def rotate(uow: UnitOfWork, token: RefreshToken, *, now: datetime, expires_at: datetime) -> None:
    """Make the token the current one, and the current one the previous one. The caller has locked the sign-in."""
    await uow.connection.execute(
        update(SignIn)
        .where(SignIn.organization_id == uow.organization_id, SignIn.id == token.sign_in_id)
        .values(
            refresh_hash=token.digest,
            previous_refresh_hash=SignIn.refresh_hash,
            refreshed_at=now,
            expires_at=expires_at,
        )
    )


async def end_sign_in(uow: UnitOfWork, sign_in_id: UUID, *, now: datetime) -> int:
    """End the sign-in and return how many ended, 0 or 1. Its access tokens are refused from now on."""
    return await _end(uow, SignIn.id == sign_in_id, now)


async def end_all_sign_ins(uow: UnitOfWork, person_id: UUID, *, now: datetime, but: UUID | None = None) -> int:
    """End the person's sign-ins and return how many ended.

    but -- the only one that goes on
    """
    which = SignIn.person_id == person_id
    return await _end(uow, which if but is None else which & (SignIn.id != but), now)


async def _end(uow: UnitOfWork, which: ColumnElement[bool], now: datetime) -> int:
    result: CursorResult[object] = await uow.connection.execute(
        update(SignIn)
        .where(SignIn.organization_id == uow.organization_id, which, SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .values(ended_at=now)
    )
    return result.rowcount
