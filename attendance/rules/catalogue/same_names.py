"""When two names of the catalogue are the same to those who read them (R13.1)."""

from unicodedata import category, normalize

_APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʻ`´"), "'")
_SELECTORS = range(0xFE00, 0xFE10)


def name_key(name: str) -> str:
    """Return a text that is equal for names between which readers see no difference: upper and lower case, the kind and
    number of spaces, the width of letters, the kinds of hyphens and apostrophes, and invisible characters do not count.
    Accents do.
    """
    # NFKC makes a space and an accent of ´.
    folded = normalize("NFKC", normalize("NFKC", name.translate(_APOSTROPHES)).casefold())
    return " ".join("".join(map(_seen, folded)).split())


def _seen(letter: str) -> str:
    """Return what a reader sees of the character."""
    kind = category(letter)
    if kind == "Pd":
        return "-"
    # Spaces without width, soft hyphens and marks of direction are of Cf, as are joiners of letters.
    return "" if kind == "Cf" or ord(letter) in _SELECTORS else letter
