"""Brings the schema up to date for a command, and tells the person at the terminal what is waited for."""

import sys

from commands.fault import Fault

SECONDS = 600.0


async def migrate_database(url: str, *, seconds: float = SECONDS, is_restored: bool = False) -> str:
    """Apply the missing migrations, and give the application's role what it lacks. Return the revision of the database,
    which may be newer than this code.

    is_restored -- whether the database was restored, so that a new history begins

    Raises Fault if others hold the locks that the migrations need for so many seconds, or if the account may not create
    the role or give it its rights.
    """
    from db.migrate import MigrationBlocked, Patience, begin_history, upgrade
    from db.revision import newest_revision
    from db.rights import RightsFault, prepare_role, repair_rights

    try:
        await prepare_role(url)
        revision = await upgrade(url, Patience(seconds, tell=_tell))
        if revision == newest_revision() and (count := await repair_rights(url)):
            _tell(f"{count} rights of the application's role were missing or too many, and are repaired.")
        if is_restored:
            await begin_history(url)
    except (MigrationBlocked, RightsFault) as fault:
        raise Fault(str(fault)) from None
    return revision


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)
