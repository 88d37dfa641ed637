"""What `up` says: each step with its time, and at the end where to go and what to paste."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

FIRST_QUERY = """\
query Today {
  viewer { name }
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
        return
    say("\nSign in with the mutation signIn(input: {email, password, portal}):")
    for one in sign_ins:
        say(f"  {one.portal:<10}{one.email:<34}{one.password}")
    first = sign_ins[0]
    say("\nOr paste this: a token, and today's classes.")
    say(f"  TOKEN=$(.venv/bin/python rollbook.py token --person {first.email} --portal {first.portal})")
    say(f'  curl {address}/graphql -H "Authorization: Bearer $TOKEN" --json \'{{"query": "{_one_line()}"}}\'')
    say("\nIn the explorer, with the header Authorization: Bearer <token>:")
    say("  " + FIRST_QUERY.replace("\n", "\n  "))


def _one_line() -> str:
    return " ".join(FIRST_QUERY.split())
