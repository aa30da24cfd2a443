from pathlib import Path

import pytest

from components.shared.data.near_copies import NearCopy, read_near_copies, write_near_copies
from components.shared.runtime.errors import InputError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pairs = [NearCopy("ä, 1.png", "NA", 0), NearCopy("None", "001", 12)]
    write_near_copies(pairs, tmp_path)
    assert read_near_copies(tmp_path) == pairs


def test_there_is_no_list_without_pairs(tmp_path: Path) -> None:
    write_near_copies([], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert read_near_copies(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"", b"path\na\n", b"path,original,distance\na,b,x\n", b"\xff"]
)
def test_a_damaged_list_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "near_copies.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"near_copies\.csv: .*run preprocess again"):
        read_near_copies(tmp_path)
