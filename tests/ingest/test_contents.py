from pathlib import Path, PurePosixPath

import pytest

from components.ingest import contents, step
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.conftest import fingerprint_of, folder_with, labels, params_for

SUFFIX = "an image is known by its suffix, such as .png, .jpg, .tif"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            [*(f"ann/{n}.HEIC" for n in range(12)), "notes.txt"],
            "12 files are HEIC (such as ann/0.HEIC), which is not read: convert to PNG or JPEG, as "
            "heif-convert does; it has 12 × .heic, 1 × .txt (ann/0.HEIC, ann/1.HEIC, ann/10.HEIC, "
            f"…); {SUFFIX}",
        ),
        (
            ["a.mat", "b.mat", "readme"],
            f"it has 2 × .mat, 1 × readme (a.mat, b.mat, readme); {SUFFIX}",
        ),
        (
            ["ann.zip", "bob.7z"],
            "2 archives (such as ann.zip) inside: unpack, or name one as ingest.source; "
            f"it has 1 × .zip, 1 × .7z (ann.zip, bob.7z); {SUFFIX}",
        ),
        (
            [".DS_Store", "ann/Thumbs.db"],
            "2 hidden files or litter of file managers left out (.DS_Store, ann/Thumbs.db)",
        ),
        ([], "it is empty"),
    ],
)
def test_a_source_without_an_image_is_told_by_its_content_and_the_way_out(
    names: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    source = folder_with(tmp_path / "source", names)
    with pytest.raises(InputError) as error:
        step.run(params_for(source), tmp_path / "out")
    assert str(error.value) == f"{source}: holds no image: {message}"
    if message.endswith(("empty", "Thumbs.db)")):
        with pytest.raises(InputError) as error:
            fingerprint_of(params_for(source), tmp_path)
        assert str(error.value) == f"{source}: holds no image: {message}"


def test_litter_is_counted_by_name() -> None:
    names = ["a/.DS_Store", "b/.DS_Store", "__MACOSX", "a/._1.png", "a/._2.png", "a/Icon\r"]
    counts = contents.litter_counts([PurePosixPath(name) for name in names])
    assert counts == "2 × .DS_Store, 2 × ._*, 1 × __MACOSX, 1 × Icon\\r"


def test_pictures_in_icloud_are_missing_and_told_apart_from_litter() -> None:
    names = ["ann/.1.png.icloud", "ann/.2.JPG.icloud", "ann/.notes.txt.icloud"]
    litter = [PurePosixPath(name) for name in names]
    assert contents.litter_counts(litter) == "1 × .notes.txt.icloud"
    assert list(contents.absent_images(litter)) == [
        "2 images are in iCloud alone (such as ann/1.png): download them in the Finder and run "
        "ingest again"
    ]


@pytest.mark.parametrize("name", ["photos", "photos.zip"])
def test_a_source_of_placeholders_alone_says_where_its_pictures_are(
    name: str, tmp_path: Path
) -> None:
    source = tmp_path / name
    if name.endswith(".zip"):
        source.write_bytes(zip_bytes([Item("ann/.1.png.icloud", b"x")]))
    else:
        folder_with(source, ["ann/.1.png.icloud"])
    with pytest.raises(InputError, match=r": holds no image: 1 image is in iCloud alone .* again$"):
        step.run(params_for(source), tmp_path / "out")


def test_an_archive_of_archives_is_told_by_its_own_name(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(zip_bytes([Item("set/ann.zip", b"PK"), Item("set/.x", b"")]))
    with pytest.raises(InputError) as error:
        step.run(params_for(archive), tmp_path / "out")
    assert str(error.value) == (
        f"{archive}: holds no image: 1 archive (such as set/ann.zip) inside: unpack, or name one "
        f"as ingest.source; it has 1 × .zip (set/ann.zip); {SUFFIX}; "
        "1 hidden file or litter of file managers left out (set/.x)"
    )


def test_pictures_that_are_not_read_are_counted_by_their_format_beside_those_that_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["ann/1.png", "ann/2.heic", "bob/1.avif", "bob/2.HEIF", "bob/3.svg"]
    step.run(params_for(folder_with(tmp_path / "source", names)), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == ["ann/1.png", "bob/1.avif"]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        "2 files are HEIC (such as ann/2.heic), which is not read: convert to PNG or JPEG, as "
        "heif-convert does: left out",
        "1 file is SVG (such as bob/3.svg), which is not read: convert to PNG or JPEG, as "
        "rsvg-convert does: left out",
    ]


def test_avif_is_told_only_where_this_machines_pillow_does_not_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = [PurePosixPath("ann/1.avif")]
    assert list(contents.unread_pictures(paths)) == []
    monkeypatch.setattr(contents, "is_image", lambda path: False)
    assert list(contents.unread_pictures(paths)) == [
        "1 file is AVIF (such as ann/1.avif), which is not read: convert to PNG or JPEG, as "
        "avifdec does"
    ]
