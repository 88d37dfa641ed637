"""The output of `up`: each step with its time, and then the sign-ins, queries to paste and a live roll sheet."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FIRST_QUERY = """\
{
  viewer { ... on StaffViewer { name } }
  occurrences(filter: {from: "TODAY", to: "TODAY"}, first: 5) {
    nodes { id startsAt offering { name } attendanceState tally { present absent unmarked total } }
  }
}"""
FIRST_SHEET = """\
{
  occurrence(id: "SHEET") {
    canRecordAttendance
    revision
    roster { student { firstName lastName } mark { status } indicators { __typename } }
  }
}"""


@dataclass(frozen=True)
class SignIn:
    """An account for somebody who tries Rollbook."""

    portal: str
    email: str
    password: str
    note: str


@dataclass(frozen=True)
class TryOut:
    """What to try in the demo. `sentence` says what the demo contains; `sheet_id` names the roll sheet to open
    first.
    """

    sentence: str
    sign_ins: Sequence[SignIn]
    today: date
    sheet_id: str

    def queries(self) -> tuple[str, str]:
        """Return two queries: today's classes, and the first roll sheet."""
        return FIRST_QUERY.replace("TODAY", str(self.today)), FIRST_SHEET.replace("SHEET", self.sheet_id)


class Steps:
    """Prints a line for each finished step, with the time since the previous one."""

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
    """Print a line. A closed output is ignored, because it is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = None


def welcome(address: str, demo: TryOut | None, seconds: float) -> None:
    """Print the address, the sign-ins and the queries to paste."""
    say(f"\nRollbook runs at {address}/graphql (ready in {seconds:.1f} s). Ctrl-C stops it.")
    if demo is None:
        say("There is no demo data here. `rollbook.py import` loads a bundle, and `rollbook.py demo` loads the demo.")
        return
    say("\nThe pages offer these accounts, one tap each. For the API: signIn(input: {email, password, portal}).")
    for one in demo.sign_ins:
        say(f"  {one.portal:<9} {one.email:<30} {one.password:<14} {one.note}")
    first, sheet = demo.queries()
    office = demo.sign_ins[0]
    say("\nOr paste this to get a token for two hours and list today's classes:")
    say(f"  TOKEN=$(.venv/bin/python rollbook.py token --person {office.email} --lifetime 2h)")
    say(f"  curl -s {address}/graphql -H 'Content-Type: application/json' \\")
    say(f"    -H \"Authorization: Bearer $TOKEN\" -d '{json.dumps({'query': ' '.join(first.split())})}'")
    say(f"\nIn a browser {address}/graphql shows an explorer. With the header Authorization: Bearer <token>,")
    say("this query shows a roll sheet with all eleven indicators:")
    say("  " + sheet.replace("\n", "\n  "))
    say("\nOpen this live roll sheet in two browsers, sign in with one tap, and mark a student:")
    say(f"  {address}/sheets/{demo.sheet_id}")
