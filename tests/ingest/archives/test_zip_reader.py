from pathlib import Path

import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.archives.kinds import ROOMY, refused
from tests.ingest.archives.raw_names import UTF_8, Entry, raw_zip, unicode_path


def unpacked(content: bytes, folder: Path) -> set[str]:
    """Returns the paths that an archive unpacks to."""
    (folder / "data.zip").write_bytes(content)
    unpack(folder / "data.zip", folder / "unpacked", ROOMY)
    paths = (folder / "unpacked").rglob("*")
    return {str(path.relative_to(folder / "unpacked")) for path in paths if path.is_file()}


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_bytes([Item("ann/1.png", b"1")]))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused(bytes(content), tmp_path, "encrypted")


def test_the_flag_of_an_entry_tells_that_its_name_is_utf_8(tmp_path: Path) -> None:
    entries = [
        Entry("José/1.png".encode(), flags=UTF_8),
        Entry("表/1.png".encode("cp932")),
        Entry("ソニー/1.png".encode("cp932")),
    ]
    expected = {"José/1.png", "表/1.png", "ソニー/1.png"}
    assert unpacked(raw_zip(entries), tmp_path) == expected


def test_the_directory_counts_where_the_name_before_the_file_is_in_another_encoding(
    tmp_path: Path,
) -> None:
    names = ["签名/1.png", "王芳/1.png"]
    entries = [Entry(name.encode(), flags=UTF_8, local=name.encode("gbk")) for name in names]
    assert unpacked(raw_zip(entries), tmp_path) == set(names)


def test_a_flag_that_does_not_tell_the_truth_is_refused(tmp_path: Path) -> None:
    refused(raw_zip([Entry(b"Jos\xe9/1.png", flags=UTF_8)]), tmp_path, "damaged or of an unknown")


def test_the_unicode_path_counts_where_it_was_made_for_the_name(tmp_path: Path) -> None:
    raw, stale = b"Jos\x82/1.png", b"renamed/1.png"
    entries = [
        Entry(raw, extra=b"\x99\x99\x01\x00x" + unicode_path("José/1.png", raw)),
        Entry(stale, extra=unicode_path("before/1.png", b"other")),
    ]
    assert unpacked(raw_zip(entries), tmp_path) == {"José/1.png", "renamed/1.png"}


def test_backslashes_of_old_dot_net_are_separators(tmp_path: Path) -> None:
    entries = [Entry(b"ann\\", b""), Entry(b"ann\\1.png"), Entry(b"bob\\genuine\\1.png")]
    assert unpacked(raw_zip(entries), tmp_path) == {"ann/1.png", "bob/genuine/1.png"}


def test_zeros_may_pad_a_name_and_not_stand_in_it(tmp_path: Path) -> None:
    padded = raw_zip([Entry(b"ann/1.png\0\0"), Entry(b"ann/2.png\0", flags=UTF_8)])
    assert unpacked(padded, tmp_path) == {"ann/1.png", "ann/2.png"}
    for entry in (Entry(b"ann/1.png\0.exe"), Entry(b"ann/1.png\0.exe", flags=UTF_8)):
        folder = tmp_path / str(entry.flags)
        folder.mkdir()
        refused(
            raw_zip([entry]), folder, r"holds 'ann/1\.png\\x00\.exe', which no system can write"
        )


@pytest.mark.parametrize("name", [b"", b"\0", b"/"])
def test_an_entry_without_a_name_is_refused(name: bytes, tmp_path: Path) -> None:
    refused(raw_zip([Entry(name)]), tmp_path, "without a name|leads out of the folder")


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    content = raw_zip([Entry(b"Jos\x82/1.png", b"image")]).replace(b"image", b"other")
    refused(content, tmp_path, "is damaged: 'José/1.png' cannot be read")


def test_a_directory_of_too_many_entries_is_not_read_to_its_end(tmp_path: Path) -> None:
    content = zip_bytes([Item(f"ann/{number}.png", b"1") for number in range(50)])
    last = content.rindex(b"PK\x01\x02")
    damaged = content[:last] + b"XX" + content[last + 2 :]  # told, if it were reached
    refused(damaged, tmp_path, "more than 3 entries", Limits(3, 10**6, 100))
