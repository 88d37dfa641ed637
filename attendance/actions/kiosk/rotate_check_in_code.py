"""The action that gives a family another check-in code (R5.2)."""

from uuid import UUID

from db.kiosk.kiosk_families import take_next_code_number
from db.unit_of_work import UnitOfWork


async def rotate_check_in_code(uow: UnitOfWork, family_id: UUID) -> int:
    """Replace the family's code and return the number of the new one. All earlier codes are refused. The family must
    exist.

    Each call changes the code again.
    """
    return await take_next_code_number(uow, family_id)
