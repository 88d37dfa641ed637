"""The command line. Each command imports what it needs when it runs, so that every command starts fast."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from commands.groups.imports import imports
from commands.groups.in_order import InOrder
from commands.groups.mail import mail
from commands.loading import loading


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """Attendance and makeup tokens over GraphQL. Each command has a --help of its own."""


def _instant(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as fault:
        raise click.BadParameter(f"{text!r} is not an instant such as 2026-03-02T21:30:00Z.") from fault
    if instant.tzinfo is None:
        raise click.BadParameter(f"{text!r} has no time zone; add a Z for UTC.")
    return instant.astimezone(UTC)


def _duration(_context: click.Context, _parameter: click.Parameter, text: str) -> timedelta:
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}.get(text[-1:])
    if unit is None or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise click.BadParameter(f"{text!r} is not a length of time such as 90s, 15m, 12h or 7d.")
    return timedelta(**{unit: int(text[:-1])})


@app.command(epilog="Example: python rollbook.py up --port 8080")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="The API's port; default: the last one used, 8000, or a free one.",
)
@click.option("--fresh", is_flag=True, help="Delete the data kept here first.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill an empty database with demo data.")
@click.option("--with-parent", is_flag=True, hidden=True)
def up(port: int | None, fresh: bool, demo: bool, with_parent: bool) -> None:
    """Run everything: database, Redis-compatible server, API and worker, until Ctrl-C.

    Data is kept in .rollbook, or in the folder that ROLLBOOK_DATA names. With DATABASE_URL and REDIS_URL set, those
    servers are used instead.
    """
    from commands.up import run_everything

    run_everything(port=port, fresh=fresh, demo=demo, with_parent=with_parent)


@app.command(epilog="Example: python rollbook.py api --host 0.0.0.0 --port 8000")
@click.option("--host", metavar="ADDRESS", help="The address to listen on; default: ROLLBOOK_HOST.")
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="PORT", help="The port to listen on; default: ROLLBOOK_PORT."
)
@click.option("--descriptor", type=int, hidden=True)
def api(host: str | None, port: int | None, descriptor: int | None) -> None:
    """Serve GraphQL over HTTP, WebSocket and server-sent events in one process."""
    with loading():
        from commands.serve import run_api

    run_api(host=host, port=port, descriptor=descriptor)


@app.command(epilog="Example: python rollbook.py worker --burst --now 2026-03-02T21:30:00Z")
@click.option(
    "--now",
    metavar="INSTANT",
    callback=_instant,
    help="Start the clock at this instant, such as 2026-03-02T21:30:00Z; not in production.",
)
@click.option("--burst", is_flag=True, help="Do what is due now, retention included, then end.")
@click.option("--check", is_flag=True, help="Only check whether a worker is running.")
def worker(now: datetime | None, burst: bool, check: bool) -> None:
    """Run the worker: token runs, background tasks, e-mail, and the sweep each minute."""
    with loading():
        from commands.serve import check_worker, run_worker

    if check:
        check_worker()
    else:
        run_worker(now=now, burst=burst)


@app.command(epilog="Examples: python rollbook.py migrate --give-up-after 1h; python rollbook.py migrate --check")
@click.option("--check", is_flag=True, help="Only check whether migrations, models and db/schema.sql agree.")
@click.option("--print", "print_", is_flag=True, help="Only print the migrated schema into db/schema.sql.")
@click.option("--new", metavar="TEXT", help="Write a migration from the models.")
@click.option(
    "--give-up-after",
    default="10m",
    show_default=True,
    envvar="ROLLBOOK_MIGRATE_GIVE_UP_AFTER",
    show_envvar=True,
    metavar="TIME",
    callback=_duration,
    help="How long to try while others hold the locks that it needs, such as 90s or 1h.",
)
@click.option("--restored", is_flag=True, help="Begin a new history after a restore, so that clients read all anew.")
def migrate(check: bool, print_: bool, new: str | None, give_up_after: timedelta, restored: bool) -> None:
    """Bring the database's schema up to date. It waits for no lock longer than a second, and tries again."""
    from commands.schema import check_migrations, print_tables, run_migrations, write_migration

    if check:
        check_migrations()
    elif print_:
        print_tables()
    elif new is not None:
        write_migration(new)
    else:
        run_migrations(give_up_after=give_up_after, is_restored=restored)


@app.command(epilog="Examples: python rollbook.py audit; python rollbook.py audit --organization Riverside --json")
@click.option("--organization", metavar="NAME|ID", help="The only organization to check; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per wrong row, and a summary at the end.")
def audit(organization: str | None, as_json: bool) -> None:
    """Check a live database, read only: what no constraint holds. Exits with 1 and names each row that is wrong.

    Run it last after a restore and after a release.
    """
    from commands.audit import audit_database

    audit_database(organization=organization, as_json=as_json)


@app.command(
    epilog='Example: python rollbook.py found "Riverside Gym" --owner ann@example.com --time-zone America/Chicago'
    " --currency USD"
)
@click.argument("name", metavar="NAME")
@click.option("--owner", required=True, metavar="EMAIL", help="The e-mail address of the first owner.")
@click.option("--time-zone", required=True, metavar="ZONE", help="The time zone of the location, as America/Chicago.")
@click.option("--currency", required=True, metavar="CODE", help="The currency's code in ISO 4217, such as USD.")
@click.option("--location", metavar="NAME", help="The name of the first location; default: that of the business.")
@click.option("--owner-name", metavar="NAME", help="The owner's name; default: the first part of the address.")
def found(name: str, owner: str, time_zone: str, currency: str, location: str | None, owner_name: str | None) -> None:
    """Found a business: an organization with its first location and its owner, in production too.

    It prints a link with which the owner chooses a password. The link can be used once, for 30 minutes.
    """
    with loading():
        from commands.founding import found_business

    found_business(name, owner=owner, time_zone=time_zone, currency=currency, location=location, owner_name=owner_name)


@app.command(epilog="Example: python rollbook.py link ann@example.com --organization Riverside")
@click.argument("person", metavar="EMAIL")
@click.option("--organization", metavar="NAME|ID", help="The organization; needed if several have such a person.")
@click.option("--owner", is_flag=True, help="Also grant OWNER, such as to the first owner of an imported business.")
def link(person: str, organization: str | None, owner: bool) -> None:
    """Print a link with which a staff member chooses a password, once, within 30 minutes.

    It is for owners who cannot receive e-mail or whose link has expired, and is meant to be handed over in person.
    """
    with loading():
        from commands.founding import print_link

    print_link(person, organization=organization, makes_owner=owner)


@app.command(epilog="Example: python rollbook.py demo --fresh")
@click.option("--fresh", is_flag=True, help="Delete the demo organizations first.")
def demo(fresh: bool) -> None:
    """Load the demo organizations, whose data is relative to today. Other organizations stay unchanged."""
    from commands.data import load_demo

    load_demo(fresh=fresh)


@app.command(epilog="Example: python rollbook.py token --person office@example.com --portal OFFICE --lifetime 8h")
@click.option("--person", required=True, metavar="EMAIL|ID", help="The person's e-mail address or id.")
@click.option(
    "--portal", default="OFFICE", show_default=True, metavar="PORTAL", help="The portal: OFFICE, STAFF or CUSTOMER."
)
@click.option(
    "--lifetime",
    default="1h",
    show_default=True,
    metavar="TIME",
    callback=_duration,
    help="How long the token is valid, such as 15m or 8h.",
)
@click.option("--organization", metavar="NAME", help="The organization's name; needed if several have such a person.")
def token(person: str, portal: str, lifetime: timedelta, organization: str | None) -> None:
    """Print an access token for development."""
    from commands.token import print_token

    print_token(person, portal=portal, lifetime=lifetime, organization=organization)


@app.command(epilog="Example: python rollbook.py watch OCCURRENCE --token $TOKEN")
@click.argument("occurrence", metavar="OCCURRENCE", help="The id of the occurrence whose roll sheet to follow.")
@click.option(
    "--token",
    required=True,
    envvar="TOKEN",
    show_envvar=True,
    metavar="TOKEN",
    help="An access token, as `token` prints it.",
)
@click.option(
    "--after",
    type=click.IntRange(min=0),
    metavar="REVISION",
    help="Show the changes after this revision; default: the state first.",
)
@click.option(
    "--url", metavar="URL", help="The API's address, with or without /graphql; default: the API that runs here."
)
def watch(occurrence: str, token: str, after: int | None, url: str | None) -> None:
    """Follow a roll sheet live in the terminal until Ctrl-C."""
    from commands.watch import watch_roll_sheet

    watch_roll_sheet(occurrence, token, url=url, after=after)


@app.command(epilog="Examples: python rollbook.py schema; python rollbook.py schema --check")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit with 1 if the file is out of date or breaks clients of the last release.",
)
@click.option("--release", is_flag=True, help="Keep the schema as that of the release that pyproject.toml names.")
def schema(check: bool, release: bool) -> None:
    """Write the GraphQL schema to schema.graphql."""
    from commands.schema import check_sdl, print_sdl, release_sdl

    if check:
        check_sdl()
    elif release:
        release_sdl()
    else:
        print_sdl()


app.add_command(imports)


@app.command(epilog="Example: python rollbook.py export --organization Riverside riverside.zip")
@click.option("--organization", metavar="NAME|ID", required=True, help="The organization to write.")
@click.argument("target", type=click.Path(path_type=Path), metavar="FOLDER|FILE.zip")
def export(organization: str, target: Path) -> None:
    """Write everything of a business as spreadsheets, which `import csv` reads back."""
    from commands.data import write_spreadsheets

    write_spreadsheets(target, organization=organization)


app.add_command(mail)


@app.command(epilog="Example: python rollbook.py erase RmFtaWx5OjAx --yes")
@click.argument("family", metavar="FAMILY")
@click.option("--student", metavar="ID", help="Erase only this student of the family.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(family: str, student: str | None, yes: bool) -> None:
    """Erase a family, given by its id, with its students and guardians. It cannot be undone."""
    with loading():
        from commands.privacy import erase as carry_out

    carry_out(family, student, yes=yes)


@app.command("export-family", epilog="Example: python rollbook.py export-family RmFtaWx5OjAx --output family.json")
@click.argument("family", metavar="FAMILY")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file; default: print.")
def export_family(family: str, output: Path | None) -> None:
    """Write everything that is held about a family, given by its id, as JSON."""
    with loading():
        from commands.privacy import export

    export(family, output)


def main() -> int:
    """Run a command. A problem that a person can solve ends it with a sentence and exit status 1, without a stack
    trace.
    """
    from commands.fault import Fault
    from exception_traces import report_uncaught

    sys.excepthook = report_uncaught
    try:
        app()
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
