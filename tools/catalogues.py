"""Brings the catalogues of the service's pages up to date: `python -m tools.catalogues`.

A new language is a new folder with an empty catalogue, serving/pages/locales/<code>/LC_MESSAGES/
pages.po; then this, and a translator.
"""

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from components.shared.storage.files import atomic_file

PAGES = Path(__file__).parents[1] / "serving" / "pages"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
OPTIONS = {"templates/**.html": {"trimmed": "false", "newstyle_gettext": "true"}}

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def extract(folder: Path = PAGES) -> Catalog:
    """Returns all texts of the pages."""
    catalogue = Catalog(charset="utf-8")
    found = extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True)
    for file, _, message, _, context in found:
        catalogue.add(message, locations=[(Path(file).name, 0)], context=context)
    return catalogue


def catalogues(folder: Path = PAGES) -> Iterator[Path]:
    """Yields the path of each catalogue."""
    yield from sorted((folder / "locales").glob("*/LC_MESSAGES/pages.po"))


def read(path: Path) -> Catalog:
    """Reads a catalogue."""
    with path.open("rb") as file:
        return pofile.read_po(file, locale=path.parents[1].name)


def update(path: Path, texts: Catalog) -> None:
    """Adds new texts to a catalogue, without a translation, and removes those that are gone."""
    catalogue = read(path)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write(path, catalogue)


def write(path: Path, catalogue: Catalog) -> None:
    """Writes a catalogue, its texts in alphabetical order, without times and places."""
    header = HEADER.format(language=path.parents[1].name, plural=catalogue.plural_forms)
    entries = io.BytesIO()
    pofile.write_po(
        entries, catalogue, width=96, no_location=True, omit_header=True, sort_output=True
    )
    with atomic_file(path) as partial:
        partial.write_bytes(header.encode() + entries.getvalue().rstrip() + b"\n")


def main() -> None:
    """Updates all catalogues."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.catalogues",
        description="Brings the catalogues of the service's pages up to date: new texts without a "
        "translation, none that are gone.",
    )
    parser.parse_args()
    texts = extract()
    for path in catalogues():
        update(path, texts)


if __name__ == "__main__":
    main()
