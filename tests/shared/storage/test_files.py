"""Atomic outputs, manifests, and the folders that a step knows."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from components.shared.runtime import processes
from components.shared.storage import files
from components.shared.storage.files import (
    TEMPORARY,
    atomic_file,
    atomic_folder,
    code_root,
    manifest,
    persistent_folder,
    project_root,
    sha256,
    uploads,
)


def test_a_folder_appears_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for content in ("first", "second"):
        with atomic_folder(out) as fresh:
            (fresh / content).write_text(content)
    assert [path.name for path in out.iterdir()] == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_old_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as fresh:
        (fresh / "old").touch()
    with pytest.raises(RuntimeError), atomic_folder(out) as fresh:
        (fresh / "new").touch()
        raise RuntimeError
    assert [path.name for path in out.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from components.shared.storage.files import atomic_folder\n"
        "with atomic_folder(Path(sys.argv[1])) as fresh: (fresh / 'half').touch(); time.sleep(60)"
    )
    project = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(project)},
    )
    while not list(tmp_path.glob(f"{TEMPORARY}*/half")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not (tmp_path / "out").exists()
    with atomic_folder(tmp_path / "out") as fresh:
        (fresh / "whole").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_another_container_writes_is_left_to_it_though_no_process_here_has_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as there:
        there.setattr(processes, "machine", lambda: "another pid:[1]")
        there.setattr(os, "getpid", lambda: 4194304)
        theirs = atomic_folder(tmp_path / "out")
        (theirs.__enter__() / "theirs").touch()
    with atomic_folder(tmp_path / "out") as fresh:
        (fresh / "ours").touch()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ours"]
    theirs.__exit__(None, None, None)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["theirs"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("atomic", [atomic_folder, atomic_file])
def test_of_several_that_write_the_same_at_once_each_ends_well_and_one_is_whole(
    atomic: Callable[[Path], AbstractContextManager[Path]], tmp_path: Path
) -> None:
    """They are of one process number, as the only processes of two containers."""

    def write(writer: int) -> None:
        for _ in range(25):
            with atomic(tmp_path / "out") as fresh:
                if atomic is atomic_folder:
                    for name in ("a", "b"):
                        (fresh / name).write_text(str(writer))
                else:
                    fresh.write_text(2 * str(writer))

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, range(4)))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    out = tmp_path / "out"
    text = "".join(path.read_text() for path in out.iterdir()) if out.is_dir() else out.read_text()
    assert text in {"00", "11", "22", "33"}


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), atomic_file(tmp_path / "a") as fresh:
        fresh.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with atomic_file(tmp_path / "a") as fresh:
        fresh.write_text("whole")
    assert (tmp_path / "a").read_text() == "whole"


def test_a_manifest_names_every_file_with_its_hash(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"x")
    assert manifest(tmp_path) == {"b/c": hashlib.sha256(b"x").hexdigest()}
    assert sha256(tmp_path / "b" / "c") == hashlib.sha256(b"x").hexdigest()


def test_what_lies_in_upload_stands_in_for_the_files_of_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "upload").mkdir()
    (tmp_path / "other").mkdir()
    for name in ("report.html", "a.csv", "upload/report.html", "upload/z.txt", "other/b.csv"):
        (tmp_path / name).write_text(name)
    assert [path.read_text() for path in uploads(tmp_path)] == [
        "a.csv",
        "upload/report.html",
        "upload/z.txt",
    ]


def test_the_code_and_what_outlives_it_lie_in_the_project_and_for_a_copy_of_dvc_in_the_original(
    tmp_path: Path,
) -> None:
    here = Path(__file__).resolve().parents[3]
    assert (code_root(), project_root()) == (here, here)
    copy = tmp_path / "project" / ".dvc" / "tmp" / "exps" / "standalone" / "tmp0123"
    shutil.copytree(here / "components" / "shared", copy / "components" / "shared")
    code = (
        "from components.shared.storage.files import code_root, project_root\n"
        "print(code_root(), project_root(), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [str(copy), str(tmp_path / "project")]


def test_one_module_knows_where_the_code_lies() -> None:
    modules: list[Path] = []
    for folder in ("components", "pipelines"):
        modules += (code_root() / folder).rglob("*.py")
    pattern = re.compile(r"__file__\)\S*\.parents?\b")
    names = [path.name for path in modules if pattern.search(path.read_text(encoding="utf-8"))]
    assert names == ["files.py"]


def test_what_outlives_a_step_lies_in_checkpoint_dir_if_that_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINT_DIR", str(tmp_path / "kept"))
    assert persistent_folder() == tmp_path / "kept"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHECKPOINT_DIR", "kept")
    assert persistent_folder() == tmp_path / "kept"


@pytest.mark.parametrize("setting", ["", "s3://bucket/checkpoints"])
def test_else_it_lies_in_the_project_or_where_that_is_read_only_among_temporary_files(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINT_DIR", setting)
    monkeypatch.setattr(files, "project_root", lambda: tmp_path)
    assert persistent_folder() == tmp_path / ".checkpoints"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert persistent_folder() == Path(tempfile.gettempdir()) / "checkpoints"
