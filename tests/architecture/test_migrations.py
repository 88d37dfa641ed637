"""The migrations form one line, and their file names tell the revision without Alembic."""

from alembic.script import ScriptDirectory

from db.migrate import _config
from db.revision import newest_revision


def test_the_newest_file_is_the_one_head_that_alembic_finds() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest_revision()]


def test_each_file_name_begins_with_its_revision() -> None:
    scripts = list(ScriptDirectory.from_config(_config()).walk_revisions())
    assert [script.path for script in scripts if f"/{script.revision}_" not in script.path] == []
