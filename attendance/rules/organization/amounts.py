"""How amounts of money are written: with the decimals that their currency has (ISO 4217)."""

from decimal import Decimal

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3) | {"CLF": 4, "UYW": 4}
"""By currency; those that are not listed have two."""


def amount_text(amount: Decimal, currency: str, *, thousands: bool = False) -> str:
    """Return the amount without its currency, such as 84.50, 1200 (JPY) or 12.500 (KWD). A fraction that the currency
    does not have is written nevertheless, so that nothing is left out.

    thousands -- whether commas separate them, as in 1,234.50
    """
    decimals = DECIMALS.get(currency, 2)
    if decimals < 2 and amount != amount.to_integral_value():
        decimals = 2
    return f"{amount:,.{decimals}f}" if thousands else f"{amount:.{decimals}f}"
