"""The command line. Each command imports what it needs when it runs, so that all of them start fast."""

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
        raise typer.BadParameter(f"{text!r} is no instant such as 2026-03-02T21:30:00Z.") from fault
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone; for UTC, add a Z.")
    return instant.astimezone(UTC)


def _duration(text: str) -> timedelta:
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}.get(text[-1:])
    if unit is None or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise typer.BadParameter(f"{text!r} is no length of time such as 90s, 15m, 12h or 7d.")
    return timedelta(**{unit: int(text[:-1])})


_Organization = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The organization's name; needed when there are several."),
]
_Now = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant, metavar="INSTANT", help="A moved clock, such as 2026-03-02T21:30:00Z; not in production."
    ),
]


@app.command(epilog="Example: python rollbook.py up --port 8080")
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The API's port; else 8000 or a free one.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data kept here and begin anew.")] = False,
    demo: Annotated[bool, typer.Option(help="Fill an empty database with demo data.")] = True,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run the whole system here: database, Redis-compatible server, API and worker, until Ctrl-C.

    Data is kept in .rollbook (ROLLBOOK_DATA names another folder). With DATABASE_URL and REDIS_URL set,
    those servers are used instead.
    """
    from commands.up import run_everything

    run_everything(port=port, fresh=fresh, demo=demo, with_parent=with_parent)


@app.command(epilog="Example: python rollbook.py api --host 0.0.0.0 --port 8000")
def api(
    host: Annotated[str | None, typer.Option(help="Listen on this address (ROLLBOOK_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Listen here (ROLLBOOK_PORT).")] = None,
    descriptor: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve GraphQL over HTTP and WebSocket, one process."""
    from commands.serve import run_api

    run_api(host=host, port=port, descriptor=descriptor)


@app.command(epilog="Example: python rollbook.py worker --burst --now 2026-03-02T21:30:00Z")
def worker(
    now: _Now = None,
    burst: Annotated[bool, typer.Option("--burst", help="Do what is due, then end.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only tell whether a worker is at work.")] = False,
) -> None:
    """Do what falls due: token runs, deferred jobs, the sweep each minute."""
    from commands.serve import check_worker, run_worker

    if check:
        check_worker()
    else:
        run_worker(now=now, burst=burst)


@app.command(epilog="Examples: python rollbook.py migrate; python rollbook.py migrate --check")
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only tell whether migrations and models agree.")] = False,
    new: Annotated[str | None, typer.Option(metavar="TEXT", help="Write a migration from the models.")] = None,
) -> None:
    """Bring the database's schema up to date."""
    from commands.schema import check_drift, run_migrations, write_migration

    if check:
        check_drift()
    elif new is not None:
        write_migration(new)
    else:
        run_migrations()


@app.command(epilog="Example: python rollbook.py demo --fresh")
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the demo organizations first.")] = False,
) -> None:
    """Load the demo organizations, made around today; other organizations stay as they are."""
    from commands.data import load_demo

    load_demo(fresh=fresh)


@imports.command("oneroster", epilog="Example: python rollbook.py import oneroster bundle.zip --organization Riverside")
def import_oneroster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The bundle, a zip.")],
    organization: Annotated[
        str | None,
        typer.Option(metavar="NAME|ID", help="Into which; default: the one that the bundle's district names."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of new locations, such as America/Chicago.")
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Keep the good rows of a bundle that has bad ones.")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Even if more than half of what there was goes away.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all problems as CSV.")] = None,
) -> None:
    """Load a OneRoster 1.1 or 1.2 CSV bundle; loading it again updates in place."""
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
    state: Annotated[str | None, typer.Option(help="Such as KEPT, SENT, FAILED or UNCERTAIN.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the latest.")] = 50,
) -> None:
    """List the latest messages, the newest last."""
    from commands.mail import list_mail

    list_mail(state=state, limit=limit)


@mail.command("show", epilog="Example: python rollbook.py mail show 7c1f2a9d")
def mail_show(
    email: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how that ends.")],
    html: Annotated[bool, typer.Option("--html", help="The HTML part.")] = False,
) -> None:
    """Show a message."""
    from commands.mail import show_mail

    show_mail(email, html=html)


@mail.command("again", epilog="Example: python rollbook.py mail again 7c1f2a9d")
def mail_again(email: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how that ends.")]) -> None:
    """Send a message that was kept, failed, or is uncertain."""
    from commands.mail import send_again

    send_again(email)


@app.command(epilog="Example: python rollbook.py token --person office@example.com --portal OFFICE --lifetime 8h")
def token(
    person: Annotated[str, typer.Option(metavar="EMAIL|ID", help="For whom.")],
    portal: Annotated[str, typer.Option(help="OFFICE, STAFF or CUSTOMER.")] = "OFFICE",
    lifetime: Annotated[
        timedelta | None, typer.Option(parser=_duration, metavar="TIME", help="Such as 15m or 8h; default: 1h.")
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
    after: Annotated[int | None, typer.Option(min=0, help="The revision to go on from; else the state first.")] = None,
    url: Annotated[str | None, typer.Option(help="The API's address; else the one that runs here.")] = None,
) -> None:
    """Follow a roll sheet live in the terminal, until Ctrl-C."""
    from commands.watch import watch_roll_sheet

    watch_roll_sheet(occurrence, token, url=url, after=after)


@app.command(epilog="Examples: python rollbook.py schema; python rollbook.py schema --check")
def schema(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if it is stale.")] = False,
) -> None:
    """Print the GraphQL schema into schema.graphql."""
    from commands.schema import check_sdl, print_sdl

    if check:
        check_sdl()
    else:
        print_sdl()


def main() -> int:
    """Run a command. A fault that a person can mend is a sentence and exit status 1, never a trace."""
    from commands.fault import Fault

    try:
        app()
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
