from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.storage.files import manifest, sha256
from tests.ingest.archives.archive_files import Item
from tests.ingest.archives.kinds import every_kind
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
