"""The languages of the pages: gettext catalogues, each a file, and which one a reader gets."""

import gettext
import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages import mofile, pofile

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"
"""The language that is written in the pages themselves, which needs no catalogue."""
COOKIE = "language"
RANGE = re.compile(r"\s*([A-Za-z]{2,3})[A-Za-z0-9-]*\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?)\s*)?")


def marked(text: str) -> str:
    """Marks a text for the catalogues, which is translated where it is shown."""
    return text


def catalogue(language: str) -> Path:
    """Returns the path of a language's catalogue."""
    return LOCALES / language / "LC_MESSAGES" / "pages.po"


@cache
def languages() -> Mapping[str, str]:
    """Returns the languages by their code, each by its own name."""
    codes = [path.parents[1].name for path in sorted(LOCALES.glob("*/LC_MESSAGES/pages.po"))]
    names = {}
    for code in (ENGLISH, *codes):
        names[code] = (Locale.parse(code).get_display_name() or code).capitalize()
    return names


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Reads a language's catalogue."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with catalogue(language).open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(chosen: str | None, accepted: str) -> str:
    """Returns the language of a reader.

    Args:
        chosen: as the cookie says; one that there is not is as none.
        accepted: the header Accept-Language.
    """
    if chosen is not None and chosen in languages():
        return chosen
    wanted: dict[str, float] = {}
    for part in accepted[:200].split(","):
        found = RANGE.fullmatch(part)
        if found is not None:
            wanted.setdefault(found[1].lower(), float(found[2] or 1))
    offered = [code for code in wanted if code in languages() and wanted[code] > 0]
    return max(offered, key=lambda code: wanted[code], default=ENGLISH)
