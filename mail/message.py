"""Composes a message as it is sent over the wire."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID, uuid5

from attendance.rules.accounts.account_links import LinkTerms
from db.tasks.emails import OutgoingEmail
from mail.links import with_link
from mail.render import render

_MESSAGE_IDS = UUID("5f0e7f6c-3b52-4d0b-9a55-0c3a1f5b7d21")


def compose(email: OutgoingEmail, *, sender: str, links: LinkTerms | None, now: datetime) -> EmailMessage:
    """Return the message from `sender`, an address, in the organization's name. Every attempt for one reason has the
    same Message-ID.

    Raises what `render` raises, and ValueError for a recipient that is not one address.
    """
    mailbox = Address(addr_spec=sender)
    facts = with_link(email.organization_id, email.facts, links)
    rendered = render(email.template, facts, organization=email.organization_name)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(" ".join(email.organization_name.split()), mailbox.username, mailbox.domain)
    message["To"] = one_address(email.recipient)
    message["Subject"] = rendered.subject
    message["Date"] = now
    message["Message-ID"] = f"<{uuid5(_MESSAGE_IDS, f'{email.organization_id}/{email.reason}')}@{mailbox.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return message


def one_address(text: str) -> Address:
    """Parse one address in ASCII. Raises ValueError for anything else, which could reach somebody who was not
    meant.
    """
    try:
        address = Address(addr_spec=text.strip())
    except Exception:
        # The standard library's parser raises various exceptions for bad input, IndexError included.
        raise ValueError(f"{text!r} is not an e-mail address.") from None
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise ValueError(f"{text!r} is not an e-mail address.")
    return address
