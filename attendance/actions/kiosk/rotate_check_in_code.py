"""Give a family another check-in code (R5.2)."""

from uuid import UUID

from db.kiosk.kiosk_families import take_next_code_number
from db.unit_of_work import UnitOfWork


async def rotate_check_in_code(uow: UnitOfWork, family_id: UUID) -> int:
    """The number of the code that is good from now on; all codes that the family had before are refused. The family
    exists. Called again, it changes again.
    """
    return await take_next_code_number(uow, family_id)
