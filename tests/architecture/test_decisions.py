"""Each decision has a number of its own, which its title repeats."""

import re
from collections import Counter
from pathlib import Path

DECISIONS = sorted((Path(__file__).parents[2] / "docs/decisions").glob("*.md"))


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = Counter(path.name[:4] for path in DECISIONS if path.name[:4].isdigit())
    assert numbers
    assert [number for number, count in numbers.items() if count > 1] == []


def test_the_title_of_a_decision_repeats_its_number() -> None:
    for path in DECISIONS:
        title = re.match(r"# (\d+)\. ", path.read_text())
        assert not path.name[:4].isdigit() or (title and int(title[1]) == int(path.name[:4])), path.name
