"""Checks the names in inputs."""

from attendance.rules.people.names import breaks_a_line, shows_something
from gql.protocol.errors import BadInput


def checked_name(given: str, argument: str, longest: int, *, may_be_blank: bool = False) -> str:
    """Return the name without surrounding white space. Raises BadInput for a text that cannot be a name.

    may_be_blank -- whether there may be no name: a text of which readers would see nothing becomes an empty one
    """
    name = given.strip()
    if len(name) > longest or not (name or may_be_blank):
        raise BadInput(f"{argument} has {len(name)} characters; {0 if may_be_blank else 1} to {longest} are allowed.")
    if breaks_a_line(name):
        raise BadInput(f"{argument} has a line break or another control character. A name is one line of text.")
    if not shows_something(name):
        if may_be_blank:
            return ""
        raise BadInput(f"{argument} has invisible characters alone. A name has at least one that can be seen.")
    return name


def optional_name(given: str | None, argument: str, longest: int) -> str | None:
    """Return the name without surrounding white space, or None when it is null or blank. Raises BadInput."""
    return (checked_name(given, argument, longest, may_be_blank=True) or None) if given is not None else None
