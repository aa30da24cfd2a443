"""Files that may be damaged: every fault is a line that names the file."""

from pathlib import Path
from typing import NamedTuple

import pytest

from components.shared.runtime.errors import InputError
from components.shared.storage.reading import in_one_line, parse_json, read_json, reading


class Row(NamedTuple):
    name: str
    share: float
    number: int = 0


def test_json_is_read_as_the_type_that_it_is_to_have(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"name": "a", "share": 1}, {"name": "b", "share": 0.5, "number": 3}]')
    assert read_json(path, list[Row]) == [Row("a", 1.0), Row("b", 0.5, 3)]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "a", "share": NaN}',
        '{"name": "a", "share": 1e999}',
        '{"name": "a", "share": "0.5"}',
        '{"name": "a"}',
        '{"name": "a", "share": 1, "number": true}',
        '{"name": "a", "share": 1, "colour": 2}',
        "null",
        "[" * 100_000,
        b"\xff",
        b"",
    ],
)
def test_anything_else_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=""):
        parse_json(text, Row)


def test_whatever_a_reader_stumbles_over_is_a_line_about_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for error in (KeyError("a\nb"), RecursionError(), AttributeError("x\x1b[1m" * 100)):
        with (
            pytest.raises(InputError, match=r"/file: damaged \(.+\); write it anew") as refused,
            reading(path, "damaged ({reason}); write it anew"),
        ):
            raise error
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 400


def test_a_missing_file_is_told_or_goes_through(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with (
        pytest.raises(InputError, match="no such file; run ingest"),
        reading(path, "", "run ingest"),
    ):
        path.read_bytes()
    with pytest.raises(FileNotFoundError), reading(path, "damaged"):
        path.read_bytes()


def test_an_error_of_the_reader_in_words_stays_as_it_is() -> None:
    with pytest.raises(InputError, match=r"^of newer code$"), reading(Path("file"), "damaged"):
        raise InputError("of newer code")


def test_the_place_of_a_wrong_value_is_named() -> None:
    with pytest.raises(ValueError, match="") as wrong:
        parse_json('[{"name": "a", "share": "x"}]', list[Row])
    assert in_one_line(wrong.value).startswith("0.share: ")
