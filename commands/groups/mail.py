"""The commands over the e-mail outbox: `mail list`, `mail show` and `mail again`."""

import click

from commands.groups.in_order import InOrder


@click.group(cls=InOrder)
def mail() -> None:
    """Read the e-mail outbox."""


@mail.command("list", epilog="Example: python rollbook.py mail list --state FAILED")
@click.option("--state", metavar="STATE", help="Only messages in this state, such as KEPT, SENT, FAILED or UNCERTAIN.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    metavar="COUNT",
    help="How many messages to list.",
)
def mail_list(state: str | None, limit: int) -> None:
    """List the latest messages, the newest last."""
    from commands.mail import list_mail

    list_mail(state=state, limit=limit)


@mail.command("show", epilog="Example: python rollbook.py mail show 7c1f2a9d")
@click.argument("email", metavar="ID", help="The message's id, or the end of it.")
@click.option("--html", is_flag=True, help="Show the HTML part instead of the text.")
def mail_show(email: str, html: bool) -> None:
    """Show a message."""
    from commands.mail import show_mail

    show_mail(email, html=html)


@mail.command("again", epilog="Example: python rollbook.py mail again 7c1f2a9d")
@click.argument("email", metavar="ID", help="The message's id, or the end of it.")
def mail_again(email: str) -> None:
    """Send a message again that was kept, failed, or is uncertain."""
    from commands.mail import send_again

    send_again(email)
