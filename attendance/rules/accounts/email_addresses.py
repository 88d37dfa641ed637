"""Which texts are e-mail addresses that an account can have."""

import re

LONGEST_EMAIL = 320
# What SMTP carries without extensions, and one address alone.
_ADDRESS = re.compile(r"[^\s@<>,;:\\\"()\[\]]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)


def is_email_address(text: str) -> bool:
    return text.isascii() and len(text) <= LONGEST_EMAIL and _ADDRESS.fullmatch(text) is not None
