import pytest

from serving.pages import language
from tools import catalogues


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        (None, "", "en"),
        (None, "de-DE,de;q=0.9,en;q=0.8", "de"),
        (None, "en-GB,de;q=0.9", "en"),
        (None, "fr, de;q=0.5, en;q=0.6", "en"),
        (None, "fr", "en"),
        (None, "de;q=0", "en"),
        (None, "*;q=1, ;;;, \x00", "en"),
        ("de", "en", "de"),
        ("xx", "de", "de"),
        ("../de", "", "en"),
    ],
)
def test_the_reader_gets_a_language_that_there_is(
    chosen: str | None, accepted: str, expected: str
) -> None:
    assert language.choose(chosen, accepted) == expected


def test_a_language_is_a_file_and_has_its_own_name() -> None:
    files = {path.parents[1].name for path in catalogues.catalogues()}
    assert set(language.languages()) == files | {"en"}
    assert language.languages()["de"] == "Deutsch"


def test_texts_are_translated() -> None:
    assert language.translations("de").gettext("Sign in") == "Anmelden"
    assert language.translations("en").gettext("Sign in") == "Sign in"
