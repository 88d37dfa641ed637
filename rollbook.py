"""The command line. Each command imports what it needs when it runs, so that every command starts fast."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

_HELP = {"context_settings": {"help_option_names": ["-h", "--help"]}, "rich_markup_mode": None}
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, **_HELP)  # type: ignore[arg-type]
imports = typer.Typer(no_args_is_help=True, **_HELP)  # type: ignore[arg-type]
app.add_typer(imports, name="import", help="Load data from other systems.")
mail = typer.Typer(no_args_is_help=True, **_HELP)  # type: ignore[arg-type]
app.add_typer(mail, name="mail", help="Read the e-mail outbox.")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{text!r} is not an instant such as 2026-03-02T21:30:00Z.") from fault
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone; add a Z for UTC.")
    return instant.astimezone(UTC)


def _duration(text: str) -> timedelta:
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}.get(text[-1:])
    if unit is None or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise typer.BadParameter(f"{text!r} is not a length of time such as 90s, 15m, 12h or 7d.")
    return timedelta(**{unit: int(text[:-1])})


_Organization = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The organization's name; needed if several have such a person."),
]
_Now = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant,
        metavar="INSTANT",
        help="Start the clock at this instant, such as 2026-03-02T21:30:00Z; not in production.",
    ),
]


@app.command(epilog="Example: python rollbook.py up --port 8080")
def up(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The API's port; default: the last one used, 8000, or a free one."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data kept here first.")] = False,
    demo: Annotated[bool, typer.Option(help="Fill an empty database with demo data.")] = True,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run everything: database, Redis-compatible server, API and worker, until Ctrl-C.

    Data is kept in .rollbook, or in the folder that ROLLBOOK_DATA names. With DATABASE_URL and REDIS_URL set, those
    servers are used instead.
    """
    from commands.up import run_everything

    run_everything(port=port, fresh=fresh, demo=demo, with_parent=with_parent)


@app.command(epilog="Example: python rollbook.py api --host 0.0.0.0 --port 8000")
def api(
    host: Annotated[str | None, typer.Option(help="The address to listen on; default: ROLLBOOK_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port to listen on; default: ROLLBOOK_PORT.")
    ] = None,
    descriptor: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve GraphQL over HTTP, WebSocket and server-sent events in one process."""
    from commands.serve import run_api

    run_api(host=host, port=port, descriptor=descriptor)


@app.command(epilog="Example: python rollbook.py worker --burst --now 2026-03-02T21:30:00Z")
def worker(
    now: _Now = None,
    burst: Annotated[bool, typer.Option("--burst", help="Do what is due now, then end.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check whether a worker is running.")] = False,
) -> None:
    """Run the worker: token runs, background tasks, e-mail, and the sweep each minute."""
    from commands.serve import check_worker, run_worker

    if check:
        check_worker()
    else:
        run_worker(now=now, burst=burst)


@app.command(epilog="Examples: python rollbook.py migrate; python rollbook.py migrate --check")
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only check whether migrations, models and db/schema.sql agree.")
    ] = False,
    print_: Annotated[bool, typer.Option("--print", help="Only print the migrated schema into db/schema.sql.")] = False,
    new: Annotated[str | None, typer.Option(metavar="TEXT", help="Write a migration from the models.")] = None,
) -> None:
    """Bring the database's schema up to date."""
    from commands.schema import check_migrations, print_tables, run_migrations, write_migration

    if check:
        check_migrations()
    elif print_:
        print_tables()
    elif new is not None:
        write_migration(new)
    else:
        run_migrations()


@app.command(epilog="Example: python rollbook.py demo --fresh")
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the demo organizations first.")] = False,
) -> None:
    """Load the demo organizations, whose data is relative to today. Other organizations stay unchanged."""
    from commands.data import load_demo

    load_demo(fresh=fresh)


@imports.command("oneroster", epilog="Example: python rollbook.py import oneroster bundle.zip --organization Riverside")
def import_oneroster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The bundle, a zip file.")],
    organization: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|ID",
            help="The organization to load into; default: the one named like the bundle's only district.",
        ),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The time zone of new locations, such as America/Chicago.")
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Load the good rows of a bundle that has bad ones.")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Allow the removal of more than half of what was imported before.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would happen; keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all problems to this CSV file.")] = None,
) -> None:
    """Load a OneRoster 1.1 or 1.2 CSV bundle. Loading it again updates the data in place."""
    from commands.data import load_oneroster

    load_oneroster(
        file,
        report_file=report,
        organization=organization,
        time_zone=time_zone,
        skip_bad_rows=skip_bad_rows,
        accept_removals=accept_removals,
        dry_run=dry_run,
    )


@mail.command("list", epilog="Example: python rollbook.py mail list --state FAILED")
def mail_list(
    state: Annotated[
        str | None, typer.Option(help="Only messages in this state, such as KEPT, SENT, FAILED or UNCERTAIN.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many messages to list.")] = 50,
) -> None:
    """List the latest messages, the newest last."""
    from commands.mail import list_mail

    list_mail(state=state, limit=limit)


@mail.command("show", epilog="Example: python rollbook.py mail show 7c1f2a9d")
def mail_show(
    email: Annotated[str, typer.Argument(metavar="ID", help="The message's id, or the end of it.")],
    html: Annotated[bool, typer.Option("--html", help="Show the HTML part instead of the text.")] = False,
) -> None:
    """Show a message."""
    from commands.mail import show_mail

    show_mail(email, html=html)


@mail.command("again", epilog="Example: python rollbook.py mail again 7c1f2a9d")
def mail_again(email: Annotated[str, typer.Argument(metavar="ID", help="The message's id, or the end of it.")]) -> None:
    """Send a message again that was kept, failed, or is uncertain."""
    from commands.mail import send_again

    send_again(email)


@app.command(epilog="Example: python rollbook.py token --person office@example.com --portal OFFICE --lifetime 8h")
def token(
    person: Annotated[str, typer.Option(metavar="EMAIL|ID", help="The person's e-mail address or id.")],
    portal: Annotated[str, typer.Option(help="The portal: OFFICE, STAFF or CUSTOMER.")] = "OFFICE",
    lifetime: Annotated[
        timedelta | None,
        typer.Option(
            parser=_duration, metavar="TIME", help="How long the token is valid, such as 15m or 8h; default: 1h."
        ),
    ] = None,
    organization: _Organization = None,
) -> None:
    """Print an access token for development."""
    from commands.token import print_token

    print_token(person, portal=portal, lifetime=lifetime or timedelta(hours=1), organization=organization)


@app.command(epilog="Example: python rollbook.py watch OCCURRENCE --token $TOKEN")
def watch(
    occurrence: Annotated[str, typer.Argument(metavar="ID", help="The occurrence whose roll sheet to follow.")],
    token: Annotated[str, typer.Option(envvar="TOKEN", help="An access token, as `token` prints it.")],
    after: Annotated[
        int | None, typer.Option(min=0, help="Show the changes after this revision; default: the state first.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The API's address; default: the API that runs here.")] = None,
) -> None:
    """Follow a roll sheet live in the terminal until Ctrl-C."""
    from commands.watch import watch_roll_sheet

    watch_roll_sheet(occurrence, token, url=url, after=after)


@app.command(epilog="Examples: python rollbook.py schema; python rollbook.py schema --check")
def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the file is out of date.")
    ] = False,
) -> None:
    """Write the GraphQL schema to schema.graphql."""
    from commands.schema import check_sdl, print_sdl

    if check:
        check_sdl()
    else:
        print_sdl()


def main() -> int:
    """Run a command. A problem that a person can solve ends it with a sentence and exit status 1, without a stack
    trace.
    """
    from commands.fault import Fault

    try:
        app()
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
