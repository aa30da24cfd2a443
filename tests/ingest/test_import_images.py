from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest, sha256
from tests.ingest.archives.archive_files import Item
from tests.ingest.archives.kinds import every_kind
from tests.ingest.archives.raw_names import Entry, as_item, every_raw_kind, raw_zip
from tests.ingest.conftest import folder_with, labels, params_for


@every_kind
def test_an_archive_as_the_source_gives_a_catalog(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    names = ("ann/0", "ann/1", "bob/0", "bob/1")
    items = [Item(f"top/{name}.png", name.encode()) for name in names]
    (tmp_path / "data.archive").write_bytes(build([*items, Item("top/readme.txt", b"r")]))
    step.run(
        params_for(tmp_path / "data.archive", sha256=sha256(tmp_path / "data.archive").upper()),
        tmp_path / "out",
    )
    assert [path for path, _, _ in labels(tmp_path / "out")] == [
        "ann/0.png",
        "ann/1.png",
        "bob/0.png",
        "bob/1.png",
    ]
    assert len(manifest(tmp_path / "out")) == 5


def test_images_out_of_place_are_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["ann/1.png", "bob/1.png", "bob/holiday/1.png", "cover.png"]
    source = folder_with(tmp_path / "source", names)
    with caplog.at_level("INFO"):
        step.run(params_for(source, max_misplaced=0.5), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == ["ann/1.png", "bob/1.png"]
    assert "2 images stand where the layout has none" in caplog.text


def test_what_is_no_image_is_counted_by_suffix(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["ann/1.png", "bob/1.png", "a.txt", "ann/b.txt", "read.m", "README"]
    with caplog.at_level("INFO"):
        step.run(params_for(folder_with(tmp_path / "source", names)), tmp_path / "out")
    assert "2 × .txt" in caplog.text and "1 × .m" in caplog.text and "1 × README" in caplog.text


@every_raw_kind
def test_identities_of_an_archive_are_called_as_they_are_whatever_wrote_it(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    names = ["表/1.png", "ソニー/1.png", "山田　太郎/1.png"]
    items = [as_item(name.encode("cp932"), name.encode()) for name in names]
    (tmp_path / "data.archive").write_bytes(build([*items, Item("__MACOSX/x/._1.png", b"x")]))
    step.run(params_for(tmp_path / "data.archive"), tmp_path / "out")
    expected = {(name, name.partition("/")[0], "genuine") for name in names}
    assert set(labels(tmp_path / "out")) == expected


def test_the_encoding_of_names_is_a_parameter(tmp_path: Path) -> None:
    names = ["Γιώργος/1.png", "Ελένη/1.png"]
    archive = tmp_path / "data.zip"
    archive.write_bytes(raw_zip([Entry(name.encode("cp737")) for name in names]))
    step.run(params_for(archive, encoding="cp737"), tmp_path / "out")
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"Γιώργος", "Ελένη"}
    with pytest.raises(InputError, match=r"data.zip: holds the name b'.*ingest.encoding ascii"):
        step.run(params_for(archive, encoding="ascii"), tmp_path / "other")


@pytest.mark.parametrize(
    "names", [["ann/a\tb.png"], ["ann/a\\b.png", "bob/1.png"], ["notes.txt"], ["1.png"]]
)
def test_a_message_names_the_archive_and_the_entry(names: list[str], tmp_path: Path) -> None:
    archive = tmp_path / "in" / "data.zip"
    archive.parent.mkdir()
    archive.write_bytes(raw_zip([Entry(name.encode()) for name in names]))
    with pytest.raises(InputError) as error:
        step.run(params_for(archive), tmp_path / "run" / "out")
    message = str(error.value)
    assert message.startswith(f"{archive}: ") and str(tmp_path / "run") not in message
    assert repr(names[0])[1:-1] in message or names == ["notes.txt"]
