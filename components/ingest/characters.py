"""Characters that the name of an image, or of an identity, may not have.

Ordinary text has more than letters: U+200C in Persian, U+3000 between Japanese names, U+202F in the
names of macOS's screenshots, marks of direction in Hebrew and Arabic. All of them may stand.
"""

import unicodedata

LINE_ENDS = "\u2028\u2029"
OVERRIDES = "\u202d\u202e"  # they show a name other than the one that is there


def fault(text: str) -> str | None:
    """Describes the first character that no name may have; None where all may stand."""
    for character in text:
        code = f"U+{ord(character):04X}"
        if unicodedata.category(character) == "Cc" or character in LINE_ENDS:
            return f"a control character ({code}), which cannot be printed"
        if character in OVERRIDES:
            return f"an override of the direction of writing ({code}), which hides the true name"
        if unicodedata.category(character) == "Cs":
            return "bytes that are no Unicode"
    return None


def printable(text: str) -> str:
    """Returns a text for messages, its invisible and broken characters escaped."""
    return text if text.isprintable() else repr(text)[1:-1]
