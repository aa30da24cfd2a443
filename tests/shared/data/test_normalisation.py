"""The settings of the normalisation, in memory and in normalise.json."""

from pathlib import Path

import pytest

from components.shared.data.normalisation import Normalisation
from components.shared.runtime.errors import InputError


def test_ink_is_not_looked_for_in_colours() -> None:
    with pytest.raises(ValueError, match="set channels to 1, or mode to none"):
        Normalisation(mode="tone", channels=3)


def test_the_file_holds_the_four_settings_and_no_others(tmp_path: Path) -> None:
    settings = Normalisation(mode="none", height=23, width=31, channels=3)
    settings.save(tmp_path / "normalise.json")
    text = (tmp_path / "normalise.json").read_text()
    assert text == ('{\n  "mode": "none",\n  "height": 23,\n  "width": 31,\n  "channels": 3\n}\n')
    assert Normalisation.load(tmp_path / "normalise.json") == settings


def test_the_shape_is_height_width_channels() -> None:
    assert Normalisation(mode="none", height=23, width=31, channels=3).shape == (23, 31, 3)


def test_a_missing_file_names_the_step_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"normalise.json: no such file; run preprocess first"):
        Normalisation.load(tmp_path / "normalise.json")


@pytest.mark.parametrize("content", ["", "[]", '{"mode": "ink"}', '{"depth": 3}', '{"height": 8}'])
def test_another_content_is_no_normalisation(content: str, tmp_path: Path) -> None:
    path = tmp_path / "normalise.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"normalise.json: not a normalisation; run preprocess"):
        Normalisation.load(path)
