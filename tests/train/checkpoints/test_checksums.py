"""The manifest of a checkpoint: no byte of it changes unnoticed."""

from pathlib import Path

import pytest

from components.train.checkpoints import checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "state.json").write_text('{"step": 10}')
    (tmp_path / "best.npz").write_bytes(b"weights")
    checksums.write(tmp_path)
    return tmp_path


def test_a_whole_checkpoint_passes(folder: Path) -> None:
    checksums.check(folder)


@pytest.mark.parametrize("name", ["state.json", "best.npz", "manifest.json"])
def test_any_turned_bit_is_noticed(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for place in range(len(whole)):
        turned = bytearray(whole)
        turned[place] ^= 1
        (folder / name).write_bytes(turned)
        with pytest.raises(ValueError, match=""):
            checksums.check(folder)


def test_a_missing_file_is_noticed(folder: Path) -> None:
    (folder / "best.npz").unlink()
    with pytest.raises(ValueError, match=r"best\.npz is missing"):
        checksums.check(folder)
