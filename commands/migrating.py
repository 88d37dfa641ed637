"""Brings the schema up to date for a command, and tells the person at the terminal what is waited for."""

import sys

from commands.fault import Fault

SECONDS = 600.0


async def migrate_database(url: str, *, seconds: float = SECONDS) -> str:
    """Apply the missing migrations and return the revision of the database, which may be newer than this code. Raises
    Fault if others hold the locks that the migrations need for so many seconds.
    """
    from db.migrate import MigrationBlocked, Patience, upgrade

    try:
        return await upgrade(url, Patience(seconds, tell=lambda sentence: print(sentence, file=sys.stderr)))
    except MigrationBlocked as blocked:
        raise Fault(str(blocked)) from None
