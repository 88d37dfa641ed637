"""When an import asks before it ends things (R13.10)."""

FEW = 3  # so many of a kind end without asking


def is_many(count: int, of: int) -> bool:
    """Return whether this number is more than a tenth of its kind, and more than FEW."""
    return count > FEW and 10 * count > of
