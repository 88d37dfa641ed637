"""docs/security.md names tests: each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_test_that_the_security_document_names_exists() -> None:
    document = (ROOT / "docs/security.md").read_text()
    written = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", document))
    assert len(named) > 40
    assert {name for name in named if f"def {name}(" not in written} == set()
    files = set(re.findall(r"`(tests/[\w/.]+\.py)`", document))
    assert {name for name in files if not (ROOT / name).exists()} == set()
