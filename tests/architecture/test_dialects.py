"""Reads are text and writes are Core, so nothing in the layers builds a SELECT from expressions (decision 31)."""

import sqlalchemy

from tests.support.statements import product_modules

PARTS_OF_WRITES = {
    "db.tasks.emails": "updates the message that no other worker has locked",
}
FREE = ("commands", "demo")


def test_only_parts_of_writes_are_selected_with_expressions() -> None:
    selecting = {
        module.__name__
        for module in product_modules()
        if not module.__name__.startswith(FREE) and any(each is sqlalchemy.select for each in vars(module).values())
    }
    assert selecting == set(PARTS_OF_WRITES)
