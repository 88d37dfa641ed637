"""What `up` says: each step with its time, and at the end where to go and what to paste."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

FIRST_QUERY = """\
query Today {
  viewer { ... on StaffViewer { name } }
  occurrences(first: 5) {
    nodes { id name startsAt attendanceState tally { total present absent unmarked } }
  }
}"""


@dataclass(frozen=True)
class SignIn:
    """A way in for somebody who tries Rollbook out."""

    portal: str
    email: str
    password: str
    note: str


class Steps:
    """Prints a line for each step that is done, with the time since the one before."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        say(f"  {what:<58}{now - self._last:6.1f} s")
        self._last = now

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def say(text: str = "") -> None:
    """A line for the person at the terminal. Nobody reading any more is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = None


def welcome(address: str, sign_ins: Sequence[SignIn], seconds: float) -> None:
    """Where to go, how to get in, and a first query."""
    say(f"\nRollbook runs at {address}/graphql (ready in {seconds:.1f} s). Ctrl-C stops it.")
    if not sign_ins:
        say("There is no demo data: load a bundle with `rollbook.py import`, or begin anew with --fresh.")
        return
    say("\nSign in with the mutation signIn(input: {email, password, portal}):")
    for one in sign_ins:
        say(f"  {one.portal:<9} {one.email:<28} {one.password:<14} {one.note}")
    first = sign_ins[0]
    say("\nOr paste this: a token, and today's classes.")
    say(f"  TOKEN=$(.venv/bin/python rollbook.py token --person {first.email} --portal {first.portal})")
    body = json.dumps({"query": " ".join(FIRST_QUERY.split())})
    say(f"""  curl -s {address}/graphql -H "Authorization: Bearer $TOKEN" \\
       -H 'Content-Type: application/json' -d '{body}'""")
    say("\nThe same in the explorer, which that address shows in a browser:")
    say("  " + FIRST_QUERY.replace("\n", "\n  "))
