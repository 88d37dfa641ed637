"""A message as it goes over the wire."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID, uuid5

from db.tasks.emails import OutgoingEmail
from mail.render import render

_MESSAGE_IDS = UUID("5f0e7f6c-3b52-4d0b-9a55-0c3a1f5b7d21")


def compose(email: OutgoingEmail, *, sender: str, now: datetime) -> EmailMessage:
    """From `sender`, an address, in the organization's name. The Message-ID is the same for one reason at each attempt.

    Raises what `render` raises, and ValueError for a recipient that is not one address.
    """
    mailbox = Address(addr_spec=sender)
    rendered = render(email.template, email.facts, organization=email.organization_name)
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
    """Raises ValueError unless it is one address in ASCII: anything else could reach somebody who was not meant."""
    try:
        address = Address(addr_spec=text.strip())
    except Exception:
        # The parser of the standard library raises whatever it stumbles over, IndexError included.
        raise ValueError(f"{text!r} is no e-mail address.") from None
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise ValueError(f"{text!r} is no e-mail address.")
    return address
