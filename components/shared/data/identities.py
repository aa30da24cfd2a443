"""Names of identities: one name may be spelled in several sequences of Unicode characters."""

import unicodedata
from collections.abc import Iterable


def nfc(name: str) -> str:
    """Returns the form in which names are compared; upper and lower case stay apart."""
    return unicodedata.normalize("NFC", name)


def unify(names: Iterable[str]) -> list[str]:
    """Gives all spellings of a name the one that came first, kept as it came.

    Args:
        names: of identities, one an image.

    Returns:
        A name for each of them; two are equal where their NFC forms are.
    """
    first: dict[str, str] = {}
    spelling: dict[str, str] = {}
    unified: list[str] = []
    for name in names:
        if name not in spelling:
            spelling[name] = first.setdefault(nfc(name), name)
        unified.append(spelling[name])
    return unified
