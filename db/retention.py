"""Deletes old rows of all organizations, class by class (R16.5). workers/jobs/forget_by_age.py says how old."""

from datetime import datetime

from sqlalchemy import text

from db.engine import Database

_FORGET = {
    "account_links": text("SELECT forget_account_links(:older_than, :at_most)"),
    "sign_ins": text("SELECT forget_sign_ins(:older_than, :at_most)"),
    "emails": text("SELECT forget_emails(:older_than, :at_most)"),
    "security_events": text("SELECT forget_security_events(:older_than, :at_most)"),
    "medical_reads": text("SELECT forget_medical_reads(:older_than, :at_most)"),
}


async def forget_rows(database: Database, name: str, *, older_than: datetime, at_most: int) -> int:
    """Delete the oldest rows of the class, committed, and return their number.

    name -- the class: account_links, sign_ins, emails, security_events or medical_reads
    """
    async with database.begin() as connection:
        found = await connection.execute(_FORGET[name], {"older_than": older_than, "at_most": at_most})
        forgotten: int = found.scalar_one()
    return forgotten
