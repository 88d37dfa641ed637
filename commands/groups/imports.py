"""The commands that load data from other systems: `import oneroster` and `import csv`."""

from pathlib import Path

import click

from commands.groups.in_order import InOrder


@click.group("import", cls=InOrder)
def imports() -> None:
    """Load data from other systems."""


@imports.command("oneroster", epilog="Example: python rollbook.py import oneroster bundle.zip --organization Riverside")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="The bundle, a zip file."
)
@click.option(
    "--organization",
    metavar="NAME|ID",
    help="The organization to load into; default: the one named like the bundle's only district.",
)
@click.option("--time-zone", metavar="ZONE", help="The time zone of new locations, such as America/Chicago.")
@click.option("--skip-bad-rows", is_flag=True, help="Load the good rows of a bundle that has bad ones.")
@click.option("--yes", is_flag=True, help="Do what the import would ask about, such as ending many enrollments.")
@click.option("--dry-run", is_flag=True, help="Report what would happen; keep nothing.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write all problems to this CSV file.")
def import_oneroster(
    file: Path,
    organization: str | None,
    time_zone: str | None,
    skip_bad_rows: bool,
    yes: bool,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Load a OneRoster 1.1 or 1.2 CSV bundle. Loading it again updates the data in place."""
    from commands.data import load_oneroster

    load_oneroster(
        file,
        report_file=report,
        organization=organization,
        time_zone=time_zone,
        skip_bad_rows=skip_bad_rows,
        yes=yes,
        dry_run=dry_run,
    )


@imports.command("csv", epilog="Example: python rollbook.py import csv roster/ --organization Riverside --dry-run")
@click.argument(
    "source", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|FILE.zip", required=False, default=None
)
@click.option(
    "--organization",
    metavar="NAME|ID",
    help="The organization to load into, founded with `found`; default: the only one.",
)
@click.option("--yes", is_flag=True, help="Do what the import would ask about, such as ending many enrollments.")
@click.option("--dry-run", is_flag=True, help="Report what would happen; keep nothing.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write all problems to this CSV file.")
@click.option(
    "--templates",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write empty files with their columns, an example and an explanation to this new folder, and load nothing.",
)
def import_csv(
    source: Path | None,
    organization: str | None,
    yes: bool,
    dry_run: bool,
    report: Path | None,
    templates: Path | None,
) -> None:
    """Load plain spreadsheets. Loading them again changes what has changed in them."""
    from commands.data import load_spreadsheets, write_templates

    if (source is None) == (templates is None):
        raise click.UsageError("Give a folder or a zip file to load, or --templates DIR.")
    if templates is not None:
        write_templates(templates)
    elif source is not None:
        load_spreadsheets(source, report_file=report, organization=organization, yes=yes, dry_run=dry_run)
