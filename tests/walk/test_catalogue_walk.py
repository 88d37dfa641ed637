"""Random walks over what a source and the office change in the catalogue, and over the clock (R2.10).

    ROLLBOOK_TEST_SEED=7 make test-all ARGS="tests/walk/test_catalogue_walk.py -s"

Each example is a school whose bundle is imported again and again, walked for 40 steps at most. After every step, what
took place is compared byte for byte with what the API answered before it, and everything with a model of the rules.
"""

import pytest

from commands.servers.start import Servers
from tests.importing.kept_connections import KeptConnections
from tests.support.sizes import SEED, SIZES
from tests.walk.catalogue.machine import CatalogueWalk
from tests.walk.running import walk


@pytest.mark.timeout(0)
@pytest.mark.usefixtures("quiet")
def test_R2_10_no_history_of_imports_and_edits_changes_what_took_place(
    servers: Servers, template_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R2.3 to R2.10, R3.1, R4.7, R7.4, R13.9: no difference after any step."""
    monkeypatch.setattr("importing.transaction.asyncpg", KeptConnections())
    walk(CatalogueWalk, servers, template_database, examples=SIZES.catalogue_walks, steps=40)
    # A short walk may leave out an act, since ids, by which people are chosen, differ from run to run.
    wanted = {"submitAttendance", "enrollStudent"}
    if SIZES.catalogue_walks > 10:
        wanted |= {"dropEnrollment", "transferEnrollment"}
    assert SEED is not None or CatalogueWalk.answers.keys() >= wanted
