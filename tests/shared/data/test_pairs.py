from pathlib import Path

import pytest

from components.shared.data.pairs import ListedPair, read_pairs, write_pairs
from components.shared.runtime.errors import InputError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pairs = [
        ListedPair("lfw", 1, "ä, 1.png", "NA", True, 3),
        ListedPair("other", 1, "None", '"001"', False, 0),
    ]
    write_pairs(pairs, tmp_path)
    assert (tmp_path / "pairs.csv").read_text("utf-8").startswith("list,comparison,reference,probe")
    assert read_pairs(tmp_path) == pairs


def test_there_is_no_list_without_pairs(tmp_path: Path) -> None:
    write_pairs([], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert read_pairs(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [b"list\na\n", b"list,comparison,reference,probe,same,fold\na,x,b,c,1,0\n", b"\xff\xfe\n\xff"],
)
def test_a_damaged_list_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"pairs\.csv: not a list of pairs .*run ingest again"):
        read_pairs(tmp_path)
