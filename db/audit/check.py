"""What a check of the audit is: a name, a sentence, and one statement that returns each row that is wrong (R16.1)."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import TextClause, text


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant that no constraint of the database holds.

    name -- stable and unique, for example `revisions`
    table -- the table whose rows it judges
    sentence -- what holds for each of these rows
    sql -- a statement over the organization :organization_id, at the instant :now if it names it. It returns each wrong
        row once, with three texts: `id` (the row's key without the organization, joined with slashes), `wrong` (what
        the database says) and `right` (what it ought to say). The texts have keys, states, dates and numbers, and
        never a value that people typed.
    """

    name: str
    table: str
    sentence: str
    sql: str
    statement: TextClause = field(init=False, repr=False, compare=False)
    needs_now: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "statement", text(self.sql))
        object.__setattr__(self, "needs_now", ":now" in self.sql)


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that is wrong."""

    check: str
    table: str
    organization_id: UUID
    id: str
    wrong: str
    right: str

    def __str__(self) -> str:
        return (
            f"{self.check}: {self.table} {self.id} of organization {self.organization_id}: "
            f"{self.wrong}; right would be: {self.right}"
        )
