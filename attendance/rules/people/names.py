"""What can be a name, of a person or of anything in the catalogue (R13.1): one line that readers see."""

from unicodedata import category

# Letters and symbols of other categories that are drawn as nothing: fillers of Hangul, and the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SELECTORS = range(0xFE00, 0xFE10)
_LINE_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def breaks_a_line(text: str) -> bool:
    """Return whether the text has a line break, a tab or another control character."""
    return any(category(letter) in _LINE_BREAKS for letter in text)


def shows_something(text: str) -> bool:
    """Return whether readers see at least one character of the text."""
    return not all(category(letter) in _INVISIBLE or letter in _BLANK or ord(letter) in _SELECTORS for letter in text)
