"""Derives which students and guardians form a family: those whom agents link, whichever side names the other.

A family of Rollbook has one balance, and its guardians see all its students (R11.2). Therefore everybody who shares a
guardian with a sibling belongs to the family. A student without agents is a family of one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from importing.oneroster.known import Known
from importing.oneroster.roster import Roster

Node = tuple[str, str]  # ("student" | "guardian" | "family" (key of families.csv) | "known" (id), its name)


class _Groups:
    """Union-find with path halving; the root of a group has no meaning."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        parent = self._parent
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, one: Node, other: Node) -> None:
        self._parent[self.find(other)] = self.find(one)

    def groups(self) -> list[list[Node]]:
        found: dict[Node, list[Node]] = {}
        for node in self._parent:
            found.setdefault(self.find(node), []).append(node)
        return list(found.values())


@dataclass
class Households:
    """The families of a bundle: the id of each member's family, and the source_id of each family."""

    of_student: dict[str, UUID] = field(default_factory=dict)
    of_guardian: dict[str, UUID] = field(default_factory=dict)
    of_key: dict[str, UUID] = field(default_factory=dict)
    source_ids: dict[UUID, str] = field(default_factory=dict)


def find_households(roster: Roster, known: Known) -> Households:
    """Derive the families. A family that its members have already is kept; if it falls apart, the largest part keeps
    it.

    In a bulk bundle agents alone decide. A delta never splits families: members of one family stay together, and
    members that the bundle does not name move with the others. Guardians without any student get no family.
    """
    groups = _groups(roster, known)
    households = Households()
    taken = set(known.erased)
    by_source = {family.source_id: id_ for id_, family in known.families.items() if family.source_id}
    by_source |= known.merged_families
    for members in sorted(_with_students(groups.groups()), key=_precedence(known)):
        students = sorted(name for kind, name in members if kind == "student")
        keys = sorted(name for kind, name in members if kind == "family")
        family = _known_family(students, keys, by_source, known, taken)
        if family is None:
            family, source_id = _new_family(students, keys, by_source, known, taken)
            households.source_ids[family] = source_id
        else:
            households.source_ids[family] = known.families[family].source_id or ""
        taken.add(family)
        households.of_student |= dict.fromkeys(students, family)
        households.of_guardian |= {name: family for kind, name in members if kind == "guardian"}
        households.of_key |= dict.fromkeys(keys, family)
    return households


def _groups(roster: Roster, known: Known) -> _Groups:
    groups = _Groups()
    for student in roster.students:
        groups.find(("student", student))
    for user in [*roster.students.values(), *roster.guardians.values()]:
        for agent in user["agentSourcedIds"] or ():
            for student, guardian in ((user.id, agent), (agent, user.id)):
                if _is(student, roster.students, known.students) and _is(guardian, roster.guardians, known.guardians):
                    groups.join(("student", student), ("guardian", guardian))
    for row in roster.rows("families").live:
        if row["student"] and row["family"] and _is(row["student"], roster.students, known.students):
            groups.join(("student", row["student"]), ("family", row["family"]))
    if roster.rows("users").mode != "bulk":
        _join_known(groups, roster, known)
    _join_merged(groups, roster, known)
    return groups


def _is(user: str, here: Iterable[str], known: Iterable[str]) -> bool:
    return user in here or user in known


def _join_known(groups: _Groups, roster: Roster, known: Known) -> None:
    gone = {record.id for record in roster.rows("users").deleted}
    for source_id, student in known.students.items():
        if student.deleted_at is None and source_id not in gone:
            groups.join(("known", str(student.family_id)), ("student", source_id))
    for source_id, guardian in known.guardians.items():
        if source_id not in gone:
            groups.join(("known", str(guardian.family_id)), ("guardian", source_id))


def _join_merged(groups: _Groups, roster: Roster, known: Known) -> None:
    """Keep together whom the office has merged into one family, or into one person (R13.6)."""
    held = {*known.merged_families.values(), *(known.students[each].family_id for each in known.merged_students)}
    for source_id in roster.students.keys() & known.students.keys():
        if (family := known.students[source_id].family_id) in held:
            groups.join(("known", str(family)), ("student", source_id))
    for source_id in roster.guardians.keys() & known.guardians.keys():
        if (of := known.guardians[source_id].family_id) in held:
            groups.join(("known", str(of)), ("guardian", source_id))


def _with_students(groups: list[list[Node]]) -> list[list[Node]]:
    return [members for members in groups if any(kind == "student" for kind, _ in members)]


def _precedence(known: Known) -> Callable[[list[Node]], tuple[int, str]]:
    """Put the part with the most students of a former family first, so that this part keeps the family."""

    def rank(members: list[Node]) -> tuple[int, str]:
        students = [name for kind, name in members if kind == "student"]
        return -sum(1 for name in students if name in known.students), min(students)

    return rank


def _known_family(
    students: list[str], keys: list[str], by_source: dict[str, UUID], known: Known, taken: set[UUID]
) -> UUID | None:
    named = [by_source[f"family/{key}"] for key in keys if f"family/{key}" in by_source]
    held = [known.students[student].family_id for student in students if student in known.students]
    most = sorted(set(held), key=lambda family: (-held.count(family), str(family)))
    return next((family for family in [*named, *most] if family not in taken), None)


def _new_family(
    students: list[str], keys: list[str], by_source: dict[str, UUID], known: Known, taken: set[UUID]
) -> tuple[UUID, str]:
    wanted = [f"family/{key}" for key in keys] + [f"student/{student}" for student in students]
    free = (name for name in wanted if known.new_id("family", name) not in taken and name not in by_source)
    name = next(free, None)
    # Other families already use all names: a student moved away and came back.
    turn = 2
    while name is None or name in by_source:
        name = f"student/{students[0]}/{turn}"
        turn += 1
    return known.new_id("family", name), name
