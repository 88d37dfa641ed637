"""Keys of names, made in Python and stored beside them: one to sort by and one to search in (R3.2).

The order is that of the Unicode Collation Algorithm for the root locale, as ICU implements it. PostgreSQL's own order
depends on how each server was built, so the keys are compared byte by byte, in columns with COLLATE "C".
"""

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import product
from string import ascii_lowercase, digits
from typing import Any

import icu

# An index entry has at most 2,700 bytes. Names that are equal until here are sorted by id.
_LONGEST = 120
_APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʻʹʾʿ′`´＇՚ꞌ"), "'")


# The people of a roll sheet's head are sorted each time it is read.
@lru_cache(4096)
def sort_key(*names: str) -> str:
    """Return a text that sorts by the first of the names, then by the second and so on. It holds a hexadecimal number
    for each, separated by spaces.
    """
    return " ".join(_collator().getSortKey(name[:_LONGEST]).removesuffix(b"\0").hex() for name in names)


def search_key(*texts: str) -> str:
    """Return the texts, one a line, without what a search ignores: case, accents and the kind of a space, an apostrophe
    or a hyphen. A letter that has no decomposition becomes the letters to which it is equal at the primary level of the
    Unicode Collation Algorithm: ł is l, and æ is ae.

    A text contains another if its key contains the other's key.
    """
    return "\n".join(_folded(text) for text in texts)


def searched(typed: str | None) -> str | None:
    """Return the key of what somebody typed to search for, or None when it searches for nothing."""
    return (search_key(typed) or None) if typed else None


def _keys_of_person(it: Mapping[str, Any]) -> tuple[str, str]:
    first, last = it["first_name"], it["last_name"]
    return sort_key(last, first), search_key(f"{first} {last}", f"{last}, {first}")


_KEYS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "student": _keys_of_person,
    "person": _keys_of_person,
    "family": lambda it: (sort_key(it["name"]), search_key(it["name"])),
    "offering": lambda it: (sort_key(it["name"]), search_key(it["name"])),
}
KEYED: Mapping[str, tuple[str, ...]] = {
    "student": ("last_name", "first_name"),
    "person": ("last_name", "first_name"),
    "family": ("name",),
    "offering": ("name",),
}
"""The tables with the columns sort_key and search_key, and the columns of which they are made."""


def keys_of(table: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the sort key and the search key of a row of one of the tables of KEYED."""
    return _KEYS[table](row)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).upper()).casefold()
    folded = unicodedata.normalize("NFKD", letters).translate(_LETTERS)
    return " ".join(folded.split())


class _Letters(dict[int, str]):
    """Maps each letter to what a search compares in its place. A letter is looked up in ICU once."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _letter(chr(point))
        return folded


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter.isascii():
        # U+0000 stands in no stored text. It is ignored as other invisible characters are.
        return letter if letter != "\0" else ""
    if unicodedata.category(letter) == "Pd":
        return "-"
    weight = _primary().getSortKey(letter)
    # Accents, vowel points and invisible characters have no weight at the primary level.
    return "" if weight == _primary().getSortKey("") else _latin().get(weight, letter)


_LETTERS = _Letters(_APOSTROPHES)


@cache
def _collator() -> Any:
    return icu.Collator.createInstance(icu.Locale.getRoot())


@cache
def _primary() -> Any:
    collator = icu.Collator.createInstance(icu.Locale.getRoot())
    collator.setStrength(icu.Collator.PRIMARY)
    return collator


@cache
def _latin() -> Mapping[bytes, str]:
    pairs = map("".join, product(ascii_lowercase, repeat=2))
    return {_primary().getSortKey(each): each for each in (*pairs, *ascii_lowercase, *digits)}
