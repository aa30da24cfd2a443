import os
import zipfile
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.archives import volumes
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.archives.rar_files import rar5, rar5_volumes
from tests.ingest.conftest import fingerprint_of, labels, params_for

ITEMS = [Item("ann/1.png", b"one" * 100), Item("bob/1.png", b"another" * 100)]
NAMES = [("set.part1.rar", "set.part2.rar"), ("set.rar", "set.r00"), ("set01.RAR", "set02.RAR")]


def write(folder: Path, names: tuple[str, str], items: list[Item]) -> Path:
    """Writes two volumes; returns the first one."""
    for name, content in zip(names, rar5_volumes(items), strict=True):
        (folder / name).write_bytes(content)
        os.utime(folder / name, ns=(1, 1))
    return folder / names[0]


@pytest.mark.parametrize("names", NAMES)
def test_a_change_of_any_volume_is_noticed(names: tuple[str, str], tmp_path: Path) -> None:
    first = write(tmp_path, names, ITEMS)
    assert volumes.files(first) == sorted(tmp_path / name for name in names)
    before = fingerprint_of(params_for(first), tmp_path)
    assert fingerprint_of(params_for(first), tmp_path) == before
    os.utime(tmp_path / names[1], ns=(2, 2))
    assert fingerprint_of(params_for(first), tmp_path) != before
    os.utime(tmp_path / names[1], ns=(1, 1))
    assert fingerprint_of(params_for(first), tmp_path) == before


@pytest.mark.parametrize("names", NAMES[:2])
def test_volumes_are_read_from_the_first_one_on(names: tuple[str, str], tmp_path: Path) -> None:
    step.run(params_for(write(tmp_path, names, ITEMS)), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == ["ann/1.png", "bob/1.png"]
    assert (tmp_path / "out" / "bob" / "1.png").read_bytes() == ITEMS[1].content


def test_the_ratio_of_an_archive_counts_the_bytes_of_all_its_volumes(tmp_path: Path) -> None:
    first = write(tmp_path, NAMES[0], [Item("ann/1.png", bytes(10)), Item("b/1.png", bytes(9000))])
    step.run(params_for(first, max_ratio=1), tmp_path / "out")


def test_whole_archives_of_numbered_names_are_not_volumes(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"set{number}.rar").write_bytes(rar5(ITEMS))
    (tmp_path / "set1.zip").write_bytes(zip_bytes(ITEMS))
    assert volumes.files(tmp_path / "set1.rar") == [tmp_path / "set1.rar"]
    assert volumes.files(tmp_path / "set1.zip") == [tmp_path / "set1.zip"]


def test_a_volume_without_the_others_is_refused_and_so_is_the_hash_of_one(tmp_path: Path) -> None:
    first = write(tmp_path, NAMES[0], ITEMS)
    with pytest.raises(InputError, match=r"sha256 is the hash of one file.* has 2 volumes"):
        step.run(params_for(first, sha256="0" * 64), tmp_path / "out")
    with pytest.raises(
        InputError, match=r"name the first one, in a folder with all others beside it$"
    ):
        step.run(params_for(tmp_path / NAMES[0][1]), tmp_path / "out")
    (tmp_path / NAMES[0][1]).unlink()
    with pytest.raises(
        InputError, match=r"name the first one, in a folder with all others beside it$"
    ):
        step.run(params_for(first), tmp_path / "out")


@pytest.mark.parametrize(
    ("names", "command"),
    [
        (("set.7z.001", "set.7z.002"), "cat set.7z.??? > set.7z"),
        (("set.zip.002", "set.zip.001"), "cat set.zip.??? > set.zip"),
        (("set.zip", "set.z01"), "zip -s 0 set.zip --out set-whole.zip"),
        (("set.z01", "set.zip"), "zip -s 0 set.zip --out set-whole.zip"),
    ],
)
def test_parts_of_an_archive_are_refused_with_the_command_that_joins_them(
    names: tuple[str, str], command: str, tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(zip_bytes(ITEMS)[:200])
    with pytest.raises(InputError) as error:
        step.run(params_for(tmp_path / names[0]), tmp_path / "out")
    assert str(error.value).endswith(f"{names[0]}: is one part of several: join them: {command}")


def test_the_only_part_of_an_archive_is_the_archive(tmp_path: Path) -> None:
    (tmp_path / "set.zip.001").write_bytes(zip_bytes(ITEMS, zipfile.ZIP_STORED))
    step.run(params_for(tmp_path / "set.zip.001"), tmp_path / "out")
    assert len(labels(tmp_path / "out")) == 2
