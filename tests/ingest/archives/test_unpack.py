import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.archives.members import Limits
from components.ingest.archives.unpack import unpack
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest, sha256
from tests.ingest.conftest import of, told
from tests.ingest.rars import Item, rar4, rar5

ROOMY = Limits(files=1000, bytes=10**8, ratio=10_000)
GOOD = [
    Item("top", folder=True),
    Item("top/ann/1.png", b"one" * 100),
    Item("top/ann/2.png", b""),
    Item("b.txt", b"t"),
]


def zipped(items: Sequence[Item], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for item in items:
            info = zipfile.ZipInfo(item.name + ("/" if item.folder else ""))
            info.compress_type = compression
            info.external_attr = (
                0o120777 if item.link else 0o040755 if item.folder else 0o100644
            ) << 16
            archive.writestr(info, (item.link or "").encode() or item.content)
    return buffer.getvalue()


def tarred(items: Sequence[Item], link: bytes = tarfile.SYMTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for item in items:
            info = tarfile.TarInfo(item.name)
            info.type = link if item.link else tarfile.DIRTYPE if item.folder else tarfile.REGTYPE
            info.linkname = item.link or ""
            info.size = 0 if item.link else len(item.content)
            archive.addfile(info, io.BytesIO(item.content))
    return buffer.getvalue()


BUILDERS: dict[str, Callable[[Sequence[Item]], bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda items: gzip.compress(tarred(items)),
    "tar.bz2": lambda items: bz2.compress(tarred(items)),
    "tar.xz": lambda items: lzma.compress(tarred(items)),
    "rar4": rar4,
    "rar5": rar5,
}
every_kind = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def refused(content: bytes, folder: Path, message: str, limits: Limits = ROOMY) -> None:
    """The archive is refused with the message, and nothing of it stands outside the folder it was
    unpacked into.
    """
    archive = folder / "in" / "archive"
    archive.parent.mkdir()
    archive.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        unpack(archive, folder / "in" / "deep" / "unpacked", limits)
    assert "\n" not in str(error.value)
    outside = [
        path for path in folder.rglob("*") if path.is_file() and "unpacked" not in path.parts
    ]
    assert outside == [archive]
    assert not any(path.is_symlink() for path in folder.rglob("*"))


@every_kind
def test_every_kind_of_archive_unpacks_to_the_same_files(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    archive = tmp_path / "name-without-suffix"
    archive.write_bytes(build(GOOD))
    unpack(archive, tmp_path / "unpacked", ROOMY)
    for item in GOOD:
        if not item.folder:
            assert (tmp_path / "unpacked" / item.name).read_bytes() == item.content
    assert len(manifest(tmp_path / "unpacked")) == 3


@every_kind
@pytest.mark.parametrize(
    "name", ["../out.png", "a/../../out.png", "/tmp/out.png", "..\\out.png", "C:\\out.png"]
)
def test_a_name_that_leads_elsewhere_is_refused(
    build: Callable[[Sequence[Item]], bytes], name: str, tmp_path: Path
) -> None:
    refused(
        build([Item("ann/1.png", b"1"), Item(name, b"2")]),
        tmp_path,
        "leads out of the folder|unusable|damaged",
    )


@every_kind
def test_a_symbolic_link_is_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    refused(
        build([Item("ann/1.png", b"1"), Item("ann/l", link="/etc")]), tmp_path, "a link or a device"
    )


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_hard_link_or_a_device_in_a_tar_is_refused(kind: bytes, tmp_path: Path) -> None:
    refused(
        tarred([Item("ann/1.png", b"1"), Item("ann/l", link="ann/1.png")], kind),
        tmp_path,
        "a link or a device",
    )


@every_kind
def test_too_many_entries_are_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    items = [Item(f"ann/{n}.png", b"1") for n in range(11)]
    refused(
        build(items),
        tmp_path,
        r"more than 10 entries \(ingest.max_files\)",
        Limits(10, 10**8, 10_000),
    )


@every_kind
def test_too_many_bytes_are_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    items = [Item(f"ann/{n}.png", b"1" * 600) for n in range(2)]
    refused(
        build(items),
        tmp_path,
        r"more than 1,000 bytes \(ingest.max_bytes\)",
        Limits(10, 1000, 10_000),
    )


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_bomb_by_ratio_is_refused_before_it_is_written(kind: str, tmp_path: Path) -> None:
    bomb = BUILDERS[kind]([Item("ann/1.png", bytes(20_000_000))])
    refused(
        bomb, tmp_path, r"more than 200 times its size \(ingest.max_ratio\)", Limits(10, 10**9, 200)
    )
    assert not (tmp_path / "in/deep/unpacked/ann/1.png").exists()


def test_a_tar_header_that_wants_gigabytes_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    refused(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024), tmp_path, "unreasonably large")


@every_kind
def test_the_same_name_twice_is_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    refused(build([Item("ann/1.png", b"1"), Item("ann/./1.png", b"2")]), tmp_path, "twice")


@every_kind
def test_a_file_that_another_needs_as_a_folder_is_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    refused(build([Item("ann", b"1"), Item("ann/1.png", b"2")]), tmp_path, "unusable names")


@every_kind
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_off_archive_is_refused(
    build: Callable[[Sequence[Item]], bytes], share: float, tmp_path: Path
) -> None:
    whole = build([Item(f"ann/{n}.png", bytes(range(256)) * 40) for n in range(8)])
    refused(whole[: int(len(whole) * share)], tmp_path, "damaged|no archive")


@pytest.mark.parametrize("build", [rar4, rar5])
def test_a_rar_that_lies_about_a_size_is_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    refused(
        build([Item("ann/1.png", b"123", claimed=900), Item("ann/2.png", b"x" * 900)]),
        tmp_path,
        "is damaged",
    )


def test_a_tar_cut_between_two_entries_is_refused(tmp_path: Path) -> None:
    refused(
        tarred([Item("ann/1.png", b"1"), Item("ann/2.png", b"2")])[:1024],
        tmp_path,
        "end mark is missing",
    )


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped([Item("ann/1.png", b"1")]))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused(bytes(content), tmp_path, "encrypted")


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b"hello" * 200, "no archive of a known kind")]
)
def test_what_is_no_archive_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    refused(content, tmp_path, message)


@every_kind
def test_an_archive_as_the_source_gives_a_catalog(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    items = [
        Item(f"top/{who}/{n}.png", f"{who}{n}".encode()) for who in ("ann", "bob") for n in range(2)
    ]
    (tmp_path / "data.archive").write_bytes(build([*items, Item("top/readme.txt", b"r")]))
    step.run(
        of(tmp_path / "data.archive", sha256=sha256(tmp_path / "data.archive").upper()),
        tmp_path / "out",
    )
    assert [path for path, _, _ in told(tmp_path / "out")] == [
        "ann/0.png",
        "ann/1.png",
        "bob/0.png",
        "bob/1.png",
    ]
    assert len(manifest(tmp_path / "out")) == 5


def test_an_archive_with_another_hash_is_refused_and_kept(tmp_path: Path) -> None:
    archive = tmp_path / "data.zip"
    archive.write_bytes(zipped(GOOD))
    with pytest.raises(InputError, match=r"not ingest.sha256 0000"):
        step.run(of(archive, sha256="0" * 64), tmp_path / "out")
    assert archive.exists()
    assert not (tmp_path / "out").exists()
