"""Makes the links in messages. The outbox has only a link's id, so its rows let nobody in (R12.2)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import AccountLinkPurpose


def with_link(organization_id: UUID, facts: Mapping[str, Any], terms: LinkTerms | None) -> Mapping[str, Any]:
    """Return the facts with the address `link`, if they have a `link_id` and its `purpose`.

    Raises ValueError when they have one, and there are no terms to make the address.
    """
    if "link_id" not in facts:
        return facts
    if terms is None:
        raise ValueError("The message has a link, and this process cannot make links.")
    token = terms.token(organization_id, UUID(facts["link_id"]))
    address = terms.address(AccountLinkPurpose(facts["purpose"]), token, for_family=facts.get("for_family", False))
    return {**facts, "link": address}
