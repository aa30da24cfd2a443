from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with, labels, params_for


def test_linked_files_and_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    elsewhere = folder_with(tmp_path / "elsewhere", ["carl/1.png", "2.png"])
    (source / "carl").symlink_to(elsewhere / "carl")
    (source / "ann/2.png").symlink_to(elsewhere / "2.png")
    (source / "ann/loop").symlink_to(source)
    step.run(params_for(source), tmp_path / "out")
    assert {path for path, _, _ in labels(tmp_path / "out")} == {
        "ann/1.png",
        "ann/2.png",
        "bob/1.png",
        "carl/1.png",
    }
    assert not (tmp_path / "out/ann/2.png").is_symlink()


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    (source / "ann/2.png").symlink_to("gone.png")
    with pytest.raises(InputError, match=r"ann/2.png: is a link to nothing"):
        step.run(params_for(source), tmp_path / "out")
