import hashlib
from itertools import product
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with, labels, params_for, rows


def test_the_bytes_arrive_as_they_came_with_their_hash(tmp_path: Path) -> None:
    names = [f"{who}/{number}.png" for who, number in product(("ann", "Ünal, J."), range(3))]
    source = folder_with(tmp_path / "source", names)
    figures = step.run(params_for(source), tmp_path / "out").figures
    for row in rows(tmp_path / "out"):
        content = (source / row["path"]).read_bytes()
        assert (tmp_path / "out" / row["path"]).read_bytes() == content
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
    files = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert len(files) == len(rows(tmp_path / "out")) + 1 == 7
    assert figures["bytes"] == sum(
        path.stat().st_size for path in files if path.name != "catalog.csv"
    )


def test_the_catalog_is_sorted_by_path_and_equal_twice(tmp_path: Path) -> None:
    source = folder_with(
        tmp_path / "source", ["b/10.png", "b/9.png", "a/1.png", "B/1.png", "a b/1.png"]
    )
    catalogs = []
    for out in (tmp_path / "one", tmp_path / "two"):
        step.run(params_for(source), out)
        catalogs.append((out / "catalog.csv").read_bytes())
    paths = [row["path"] for row in rows(tmp_path / "one")]
    assert paths == sorted(paths)
    assert catalogs[0] == catalogs[1]
    assert b"\r" not in catalogs[0]


def test_a_new_run_replaces_the_old_output(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    step.run(params_for(source), tmp_path / "out")
    (source / "bob/1.png").unlink()
    folder_with(source, ["carl/1.png"])
    step.run(params_for(source), tmp_path / "out")
    assert [path for path, _, _ in labels(tmp_path / "out")] == ["ann/1.png", "carl/1.png"]
    assert not (tmp_path / "out/bob").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


@pytest.mark.parametrize("out", ["source/raw", "."])
def test_an_output_inside_the_source_or_around_it_is_refused(tmp_path: Path, out: str) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    with pytest.raises(InputError, match="stand one in the other"):
        step.run(params_for(source), tmp_path / out)
    assert (source / "ann/1.png").exists()
