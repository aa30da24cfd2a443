from pathlib import Path

import numpy as np
import pytest

from components.shared.data.copies import (
    Copies,
    Duplicate,
    content_of,
    find_copies,
    read_duplicates,
    write_duplicates,
)
from components.shared.runtime.errors import InputError


def _rows(*labels: str) -> list[dict[str, str]]:
    """Rows of a catalog: `a` is a genuine image of a, `a!` a forgery of a."""
    return [
        {
            "path": f"{place}.png",
            "identity": label.rstrip("!"),
            "kind": "forgery" if label.endswith("!") else "genuine",
        }
        for place, label in enumerate(labels)
    ]


def _contents(letters: str) -> list[bytes]:
    return [letter.encode() for letter in letters]


def test_of_each_picture_the_first_is_used(caplog: pytest.LogCaptureFixture) -> None:
    copies = find_copies(_rows("a", "a", "b", "a!", "a", "a!"), _contents("xyzuxu"))
    duplicates = [Duplicate("4.png", "0.png"), Duplicate("5.png", "3.png")]
    equal = [(copy.path, copy.original) for copy in duplicates]
    assert copies == Copies([0, 1, 2, 3], duplicates, [], equal)
    assert not caplog.text


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "a!"), ("a!", "b!")])
def test_a_picture_with_two_labels_is_used_under_neither(
    labels: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    copies = find_copies(_rows(labels[0], *labels, "c"), _contents("xxxy"))
    assert (copies.distinct, copies.duplicates) == ([3], [])
    assert [path for path, _ in copies.rejected] == ["0.png", "1.png", "2.png"]
    assert "2.png" in copies.rejected[0][1]
    assert "2.png" in copies.rejected[1][1]
    assert "0.png" in copies.rejected[2][1]
    assert "3 images are rejected, as one picture stands with different labels" in caplog.text
    assert "0.png is the same picture as 2.png" in caplog.text


def test_the_reason_names_both_labels() -> None:
    copies = find_copies(_rows("a", "b!"), _contents("xx"))
    assert copies.rejected == [
        ("0.png", "the same picture as 1.png, forgery of b, though genuine of a"),
        ("1.png", "the same picture as 0.png, genuine of a, though forgery of b"),
    ]


def test_the_content_is_that_of_the_pixels() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    assert content_of(pixels) == content_of(pixels.copy())
    assert content_of(pixels) != content_of(pixels + np.uint8(1))


@pytest.mark.parametrize("part", [None, "val"])
def test_what_is_written_is_read(part: str | None, tmp_path: Path) -> None:
    duplicates = [Duplicate("ä, 1.png", "NA", part), Duplicate("None", "NA", part)]
    write_duplicates(duplicates, tmp_path)
    assert read_duplicates(tmp_path) == duplicates


def test_there_is_no_list_where_there_are_no_copies(tmp_path: Path) -> None:
    write_duplicates([], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert read_duplicates(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"path\na\n", b"\xff\xfe\x00"])
def test_a_damaged_list_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "duplicates.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"duplicates\.csv: .*run preprocess again"):
        read_duplicates(tmp_path)
