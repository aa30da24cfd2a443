from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest
from tests.ingest.archives.archive_files import Item
from tests.ingest.archives.kinds import BUILDERS, ROOMY, every_kind, refused
from tests.ingest.archives.raw_names import as_item, every_raw_kind

GOOD = [
    Item("top", folder=True),
    Item("top/ann/1.png", b"one" * 100),
    Item("top/ann/2.png", b""),
    Item("b.txt", b"t"),
]


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


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b"hello" * 200, "no archive of a known kind")]
)
def test_what_is_no_archive_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    refused(content, tmp_path, message)


@every_raw_kind
@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("utf-8", ["Jose\u0301/1.png", "表/2.png", "\u202f😀/3.png"]),
        ("cp932", ["表/1.png", "ソニー/2.png", "山田　太郎/十.png"]),
        ("gbk", ["签名/1.png", "张伟/1.png", "王芳/2.png"]),
        ("euc_kr", ["서명/김철수.png", "이영희/2.png"]),
        ("cp1252", ["José/1.png", "Müller/1.png"]),
        ("cp437", ["José/1.png", "Müller/1.png"]),
    ],
)
def test_every_kind_of_archive_gives_back_names_in_any_encoding(
    build: Callable[[Sequence[Item]], bytes], codec: str, names: list[str], tmp_path: Path
) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.write_bytes(build([as_item(name.encode(codec)) for name in names]))
    unpack(archive, out, ROOMY)
    assert set(manifest(out)) == set(names)


@every_raw_kind
def test_the_encoding_may_be_told(build: Callable[[Sequence[Item]], bytes], tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(build([as_item("Γιώργος/1.png".encode("cp1253"))]))
    unpack(archive, tmp_path / "out", ROOMY, encoding="cp1253")
    assert (tmp_path / "out/Γιώργος/1.png").read_bytes() == b"1"


@every_kind
def test_litter_is_not_written_but_told(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    names = [
        "ann/.DS_Store",
        "__MACOSX/ann/._1.png",
        "__MACOSX/ann/._2.png",
        "a/@eaDir/1.png/S.jpg",
    ]
    items = [
        Item(name, b"litter") for name in [*names, "ann/Icon\r", "ann/._" + "x" * 250 + ".png"]
    ]
    (tmp_path / "archive").write_bytes(build([Item("ann/1.png", b"1"), *items]))
    litter = unpack(tmp_path / "archive", tmp_path / "out", ROOMY)
    assert list(manifest(tmp_path / "out")) == ["ann/1.png"]
    tops = {str(path) for path in litter if len(path.name) < 250}
    assert tops == {"ann/.DS_Store", "__MACOSX", "a/@eaDir", "ann/Icon\r"}
    assert len(litter) == 5


@every_kind
def test_a_refusal_names_the_source_in_place_of_a_temporary_file(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    long = "x" * 300 + ".png"
    for items in ([Item("../1.png", b"1")], [Item(f"ann/{long}", b"1")]):
        (tmp_path / "archive").write_bytes(build(items))
        with pytest.raises(InputError) as error:
            unpack(tmp_path / "archive", tmp_path / str(len(items[0].name)), ROOMY, name="s3://b/x")
        assert str(error.value).startswith("s3://b/x: ") and str(tmp_path) not in str(error.value)
    assert long in str(error.value)
