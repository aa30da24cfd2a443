import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)s")


def texts(message: Message) -> list[str]:
    """Returns the translations of a message, one for each number."""
    translation = message.string or ""
    return [translation] if isinstance(translation, str) else list(translation)


def known() -> set[object]:
    return {message.id for message in catalogues.extract() if message.id}


@pytest.mark.parametrize(
    "path", list(catalogues.catalogues()), ids=lambda path: path.parents[1].name
)
def test_a_catalogue_is_complete_and_has_nothing_else(path: Path) -> None:
    catalogue = catalogues.read(path)
    assert {message.id for message in catalogue if message.id} == known()
    for message in catalogue:
        if not message.id:
            continue
        first = message.id if isinstance(message.id, str) else message.id[0]
        for translation in texts(message):
            assert translation, message.id
            assert set(PLACEHOLDER.findall(translation)) == set(PLACEHOLDER.findall(first))


def test_all_texts_of_pages_are_found() -> None:
    found = known()
    assert "Sign in" in found
    assert "Strong" in found
    assert ("There is %(count)s reference.", "There are %(count)s references.") in found


def test_an_update_adds_and_removes_texts_and_keeps_translations(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    folder = pages / "locales" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (pages / "a.py").write_text('marked("kept")\nmarked("new")\n')
    path = folder / "pages.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "kept"\nmsgstr "gardé"\n\nmsgid "gone"\nmsgstr "x"\n'
    )
    catalogues.update(path, catalogues.extract(pages))
    catalogue = catalogues.read(path)
    assert {message.id: message.string for message in catalogue if message.id} == {
        "kept": "gardé",
        "new": "",
    }
    before = path.read_bytes()
    catalogues.update(path, catalogues.extract(pages))
    assert path.read_bytes() == before
