import hashlib
import os
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import filled, of, rows, told


def test_the_bytes_arrive_as_they_came_with_their_hash(tmp_path: Path) -> None:
    source = filled(
        tmp_path / "source", [f"{who}/{n}.png" for who in ("ann", "Ünal, J.") for n in range(3)]
    )
    figures = step.run(of(source), tmp_path / "out").figures
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
    source = filled(tmp_path / "source", ["b/10.png", "b/9.png", "a/1.png", "B/1.png", "a b/1.png"])
    catalogs = []
    for out in (tmp_path / "one", tmp_path / "two"):
        step.run(of(source), out)
        catalogs.append((out / "catalog.csv").read_bytes())
    paths = [row["path"] for row in rows(tmp_path / "one")]
    assert paths == sorted(paths)
    assert catalogs[0] == catalogs[1]
    assert b"\r" not in catalogs[0]


def test_linked_files_and_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    elsewhere = filled(tmp_path / "elsewhere", ["carl/1.png", "2.png"])
    (source / "carl").symlink_to(elsewhere / "carl")
    (source / "ann/2.png").symlink_to(elsewhere / "2.png")
    (source / "ann/loop").symlink_to(source)
    step.run(of(source), tmp_path / "out")
    assert {path for path, _, _ in told(tmp_path / "out")} == {
        "ann/1.png",
        "ann/2.png",
        "bob/1.png",
        "carl/1.png",
    }
    assert not (tmp_path / "out/ann/2.png").is_symlink()


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    (source / "ann/2.png").symlink_to("gone.png")
    with pytest.raises(InputError, match=r"ann/2.png: is a link to nothing"):
        step.run(of(source), tmp_path / "out")


def test_a_new_run_replaces_the_old_output(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    step.run(of(source), tmp_path / "out")
    (source / "bob/1.png").unlink()
    filled(source, ["carl/1.png"])
    step.run(of(source), tmp_path / "out")
    assert [path for path, _, _ in told(tmp_path / "out")] == ["ann/1.png", "carl/1.png"]
    assert not (tmp_path / "out/bob").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_cedar_is_taken_from_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = filled(tmp_path / "real", ["full_org/original_7_1.png", "full_forg/forgeries_7_1.png"])
    monkeypatch.setenv("CEDAR_DIR", str(source))
    step.run(of("cedar"), tmp_path / "out")
    assert {identity for _, identity, _ in told(tmp_path / "out")} == {"7"}


def test_a_missing_cedar_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEDAR_DIR", str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"CEDAR_DIR=.*gone: no such folder"):
        step.run(of("cedar"), tmp_path / "out")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", "nowhere: no such folder or file"),
        ("s3:/bucket/key", "s3:… is not supported"),
        ("s3://UPPER/key", "'s3://UPPER/key' is not of the form s3://bucket/key"),
        (
            "dvc:repository:data",
            "'dvc:repository:data' is not of the form dvc:<repository>@<revision>:<path>",
        ),
        (
            "dvc:git@example.org:some/repository:data",
            "is not of the form dvc:<repository>@<revision>:<path>",
        ),
        ("dvc:repository@v1:/data", "is not of the form dvc:<repository>@<revision>:<path>"),
        (
            "dvc:https://me:word@example.org/r@v1:data",
            "'dvc:https://example.org/r@v1:data' holds a password",
        ),
        ("http://example.org/data.zip", "http:… is not supported"),
        ("ftp://example.org/data.zip", "ftp:… is not supported"),
        ("/dev/null", "neither a folder nor a file"),
    ],
)
def test_a_missing_or_unknown_source_is_one_clear_line(
    tmp_path: Path, source: str, message: str
) -> None:
    for action in (step.run, step.fingerprint):
        with pytest.raises(InputError, match=message) as error:
            action(of(source), tmp_path / "out")
        assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_image_is_named(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    (source / "bob/1.png").chmod(0)
    with pytest.raises(InputError, match=r"bob/1.png.*Permission"):
        step.run(of(source), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["source/raw", "."])
def test_an_output_inside_the_source_or_around_it_is_refused(tmp_path: Path, out: str) -> None:
    source = filled(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    with pytest.raises(InputError, match="stand one in the other"):
        step.run(of(source), tmp_path / out)
    assert (source / "ann/1.png").exists()


def test_a_hash_for_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["ann/1.png"])
    for name in ("sample", str(source)):
        with pytest.raises(InputError, match=r"ingest\.sha256"):
            step.run(of(name, sha256="0" * 64), tmp_path / "out")


def test_an_image_named_like_the_catalog_cannot_take_its_place(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["catalog.csv/1.png", "bob/1.png"])
    with pytest.raises(InputError, match="catalog"):
        step.run(of(source), tmp_path / "out")
