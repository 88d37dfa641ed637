"""The currencies of ISO 4217. The list ships with the package iso4217."""

import asyncio
from functools import cache


async def is_currency(code: str) -> bool:
    """Return whether ISO 4217 lists the code, and it is money: metals and test codes are not."""
    # The first call reads a document of XML, during which the event loop serves others.
    return code in await asyncio.to_thread(_codes)


@cache
def _codes() -> frozenset[str]:
    # 40 ms of start-up that only the founding of a business and a change of its currency need.
    from iso4217 import Currency  # noqa: PLC0415

    return frozenset(each.code for each in Currency if each.exponent is not None)
