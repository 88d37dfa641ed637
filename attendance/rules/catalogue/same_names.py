"""When two names of the catalogue are the same to those who read them (R13.1)."""

from unicodedata import normalize


def name_key(name: str) -> str:
    """Return a text that is equal for names between which readers see no difference: upper and lower case, the kind and
    number of spaces, and the width of letters do not count. Accents do.
    """
    return " ".join(normalize("NFKC", normalize("NFKC", name).casefold()).split())
