"""No change breaks clients of the last release (docs/releasing.md)."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from clock import wall_clock
from commands.released_schema import breaking_changes, released_document, released_version, undated_deprecations

ROOT = Path(__file__).parents[2]
RELEASED = (ROOT / "docs" / "released.graphql").read_text()
CURRENT = (ROOT / "schema.graphql").read_text()
TODAY = date(2026, 3, 2)
SMALL = """
"A description."
type Query {
  student(id: ID!, first: Int = 10): Student
  old: Old @deprecated(reason: "Use student. Removed after 2026-03-01.")
}
interface Named { name: String! }
type Student implements Named {
  name: String!
  mark: Mark
  nick: String @deprecated(reason: "Use name. Removed after 2026-03-02.")
}
type Old { part: OldPart }
type OldPart { mark: Mark }
enum Mark { PRESENT  ABSENT }
type Other { id: ID! }
union Result = Student | Other
input Marking { mark: Mark!  note: String  rest: Mark = ABSENT }
"""
BREAKING = {
    "a type": ("type Other { id: ID! }\nunion Result = Student | Other", "union Result = Student"),
    "a field": ("  mark: Mark\n  nick", "  nick"),
    "a field's type": ("mark: Mark\n  nick", "mark: String\n  nick"),
    "a field that may become null": ("implements Named {\n  name: String!", "implements Named {\n  name: String"),
    "an argument": (", first: Int = 10", ""),
    "an argument's default": ("first: Int = 10", "first: Int = 20"),
    "a new required argument": ("id: ID!", "id: ID!, at: Int!"),
    "an argument that becomes required": ("first: Int = 10", "first: Int!"),
    "an enum value": ("PRESENT  ABSENT }", "PRESENT }"),
    "a member of a union": ("= Student | Other", "= Student"),
    "an interface": ("type Student implements Named", "type Student"),
    "an input field": ("note: String", ""),
    "a new required input field": ("note: String", "note: String  at: Int!"),
    "an input field's default": ("rest: Mark = ABSENT", "rest: Mark = PRESENT"),
    "a deprecated field on its last day": (
        ' nick: String @deprecated(reason: "Use name. Removed after 2026-03-02.")',
        "",
    ),
}
HARMLESS = {
    "nothing": ("", ""),
    "descriptions": ("A description.", "Another one."),
    "a new field": ("  mark: Mark\n  nick", "  mark: Mark  age: Int\n  nick"),
    "a new optional argument": ("id: ID!", "id: ID!, at: Int"),
    "a new enum value": ("PRESENT  ABSENT", "PRESENT  ABSENT  TARDY"),
    "a new member of a union": ("= Student | Other", "= Student | Other | Query"),
    "an argument that becomes optional": ("id: ID!", "id: ID"),
    "a field that is never null any more": ("mark: Mark\n  nick", "mark: Mark!\n  nick"),
    "a deprecation": ("note: String", 'note: String @deprecated(reason: "Unused. Removed after 2027-01-01.")'),
}


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1) if old else SMALL


def test_the_schema_breaks_no_client_of_the_last_release() -> None:
    assert breaking_changes(RELEASED, CURRENT, wall_clock().date()) == []


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_reported(change: str) -> None:
    old, new = BREAKING[change]
    assert len(breaking_changes(released_document(SMALL, "1.2.0"), changed(old, new), TODAY)) > 0


@pytest.mark.parametrize("change", HARMLESS)
def test_other_changes_are_not_reported(change: str) -> None:
    old, new = HARMLESS[change]
    assert breaking_changes(released_document(SMALL, "1.2.0"), changed(old, new), TODAY) == []


def test_a_deprecated_field_may_be_removed_after_its_day_with_the_types_behind_it() -> None:
    released = released_document(SMALL, "1.2.0")
    without = re.sub(r"^(  old|type Old).*\n", "", SMALL, flags=re.MULTILINE)
    assert "Old" not in without
    assert breaking_changes(released, without, date(2026, 3, 1)) != []
    assert breaking_changes(released, without, date(2026, 3, 2)) == []


def test_a_change_of_this_schema_is_reported_in_a_sentence() -> None:
    broken = CURRENT.replace("  tokenRuns: ", "  runs: ")
    assert breaking_changes(RELEASED, broken, TODAY) == ["Field Occurrence.tokenRuns was removed."]


def test_each_deprecation_names_the_day_after_which_it_is_removed() -> None:
    assert undated_deprecations(CURRENT) == []
    assert undated_deprecations(SMALL) == []
    assert undated_deprecations(SMALL.replace(" Removed after 2026-03-01.", "")) == ["old"]
    assert undated_deprecations(changed("PRESENT  ABSENT", "PRESENT @deprecated  ABSENT")) == ["PRESENT"]


def test_the_versions_agree() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\d\S*) - (\d{4}-\d{2}-\d{2})$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version
    assert released_version(RELEASED) == version
