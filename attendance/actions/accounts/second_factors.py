"""Set up, use and remove a second factor (R12.4)."""

import os
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.accounts.authenticator import Authenticator
from attendance.rules.accounts.account_refusals import (
    AccountNotFound,
    SecondFactorAlreadyOn,
    SecondFactorIsRequired,
    WrongCode,
)
from attendance.rules.accounts.second_factor import (
    RECOVERY_BYTES,
    SecondFactor,
    is_app_code,
    is_required,
    recovery_codes,
    recovery_digest,
)
from attendance.rules.organization.permissions import Viewer
from db.accounts.account_holders import AccountHolder, lock_account
from db.accounts.second_factors import (
    read_second_factor,
    remove_second_factor,
    set_recovery_codes,
    set_unconfirmed_factor,
    use_recovery_code,
    use_step,
)
from db.organization.sign_ins import end_all_sign_ins
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewFactor:
    """What an authenticator app is told: the secret in base 32, and the same as an address for a QR code."""

    secret: str
    uri: str


async def start_second_factor(
    uow: UnitOfWork, person_id: UUID, authenticator: Authenticator, *, now: datetime
) -> NewFactor:
    """Make a secret that comes into force with its first code, in place of one that is not in force yet.

    Raises AccountNotFound and SecondFactorAlreadyOn.
    """
    holder, factor = await _lock(uow, person_id, now)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorAlreadyOn
    secret = authenticator.new_secret()
    await set_unconfirmed_factor(uow, person_id, authenticator.seal(uow.organization_id, person_id, secret), now=now)
    account = holder.email or f"{holder.first_name} {holder.last_name}"
    return NewFactor(secret, authenticator.uri(secret, account=account, issuer=holder.organization_name))


async def confirm_second_factor(
    uow: UnitOfWork, person_id: UUID, code: str, authenticator: Authenticator, *, now: datetime
) -> list[str]:
    """Put the secret into force with its first code, and return the recovery codes.

    Raises AccountNotFound, SecondFactorAlreadyOn, and WrongCode also when no secret was made.
    """
    _, factor = await _lock(uow, person_id, now)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorAlreadyOn
    if factor is None or not await _use_app_code(uow, person_id, factor, code, authenticator, now=now):
        raise WrongCode
    return await _renew(uow, person_id)


async def use_code(uow: UnitOfWork, person_id: UUID, code: str, authenticator: Authenticator, *, now: datetime) -> bool:
    """Use a code of the app or a recovery code, and return whether it was a recovery code. Each code is good once.

    Raises AccountNotFound, and WrongCode also when no factor is in force.
    """
    _, factor = await _lock(uow, person_id, now)
    if factor is None or factor.confirmed_at is None:
        raise WrongCode
    if is_app_code(code.strip()):
        if not await _use_app_code(uow, person_id, factor, code, authenticator, now=now):
            raise WrongCode
        return False
    digest = recovery_digest(code)
    if digest is None or not await use_recovery_code(uow, person_id, digest, now=now):
        raise WrongCode
    return True


async def renew_recovery_codes(
    uow: UnitOfWork, person_id: UUID, code: str, authenticator: Authenticator, *, now: datetime
) -> list[str]:
    """Return new recovery codes, which replace all earlier ones. Raises what `use_code` raises."""
    await use_code(uow, person_id, code, authenticator, now=now)
    return await _renew(uow, person_id)


async def give_up_second_factor(
    uow: UnitOfWork, viewer: Viewer, code: str, authenticator: Authenticator, *, now: datetime
) -> None:
    """Remove the caller's second factor. Raises SecondFactorIsRequired and what `use_code` raises."""
    if is_required(viewer.caller.permissions, by_setting=viewer.settings.security.second_factor_required):
        raise SecondFactorIsRequired
    await use_code(uow, viewer.caller.id, code, authenticator, now=now)
    await remove_second_factor(uow, viewer.caller.id)


async def reset_second_factor(uow: UnitOfWork, person_id: UUID, *, now: datetime) -> UUID:
    """Remove the second factor of somebody who has lost it, end the person's sign-ins, and return the person's id.

    Raises AccountNotFound.
    """
    await _lock(uow, person_id, now)
    if await remove_second_factor(uow, person_id):
        await end_all_sign_ins(uow, person_id, now=now)
    return person_id


async def _lock(uow: UnitOfWork, person_id: UUID, now: datetime) -> tuple[AccountHolder, SecondFactor | None]:
    """Lock the account: of two who use one code at once, the second finds its step used."""
    holder = await lock_account(uow, person_id)
    if holder is None or holder.has_left(now):
        raise AccountNotFound
    return holder, await read_second_factor(uow.connection, uow.organization_id, person_id)


async def _use_app_code(
    uow: UnitOfWork, person_id: UUID, factor: SecondFactor, code: str, authenticator: Authenticator, *, now: datetime
) -> bool:
    if not is_app_code(code.strip()):
        return False
    step = authenticator.find_step(
        uow.organization_id, person_id, factor.sealed, code.strip(), after=factor.last_step, now=now
    )
    if step is None:
        return False
    await use_step(uow, person_id, step, now=now)
    return True


async def _renew(uow: UnitOfWork, person_id: UUID) -> list[str]:
    codes = recovery_codes(os.urandom(RECOVERY_BYTES))
    await set_recovery_codes(uow, person_id, [digest for code in codes if (digest := recovery_digest(code))])
    return codes
