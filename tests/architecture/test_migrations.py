"""The migrations form one line, and their file names tell the revision without Alembic."""

import inspect
import re

from alembic.script import ScriptDirectory

from db.migrate import _config
from db.revision import newest_revision

FIRST_THAT_DECLARES = "0029"


def test_the_newest_file_is_the_one_head_that_alembic_finds() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest_revision()]


def test_each_file_name_begins_with_its_revision() -> None:
    scripts = list(ScriptDirectory.from_config(_config()).walk_revisions())
    assert [script.path for script in scripts if f"/{script.revision}_" not in script.path] == []


def test_R16_2_a_migration_that_takes_something_away_says_which_code_it_serves() -> None:
    takes_away = re.compile(
        r"DROP (COLUMN|TABLE|FUNCTION|VIEW)|drop_column|drop_table|RENAME|rename_|SET NOT NULL|alter_column|REVOKE \w"
    )
    silent = [
        script.revision
        for script in ScriptDirectory.from_config(_config()).walk_revisions()
        if script.revision > FIRST_THAT_DECLARES
        and takes_away.search(inspect.getsource(script.module).replace("REVOKE ALL ON FUNCTION", ""))
        and not hasattr(script.module, "serves_code_from")
    ]
    assert silent == [], "Declare the oldest code that works on this schema (docs/releasing.md)."
