"""Each link of a document to a file of the project leads to a file that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TARGET = re.compile(r"""(?:\]\(|src=")([^)#":]+)(?:#[^)]*)?[)"]""")


def test_links_between_documents_lead_to_files() -> None:
    links = [
        (document.relative_to(ROOT), target)
        for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in _TARGET.findall(document.read_text())
    ]
    assert len(links) > 100
    assert [
        (str(document), target) for document, target in links if not (ROOT / document.parent / target).exists()
    ] == []
