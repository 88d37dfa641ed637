"""When an import asks before it ends things (R13.10)."""

FEW = 3  # so many of a kind end without asking


def is_many(count: int, of: int) -> bool:
    """Tell whether so many of a kind are more than a tenth, and more than a few."""
    return count > FEW and 10 * count > of
