"""DVC's lock after a kill, with a real DVC that refuses or takes it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from pipelines.experiments import dvc_lock

ROOT = Path(__file__).resolve().parents[3]
LIVING = os.getpid()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of DVC with one stage."""
    root = tmp_path_factory.mktemp("repository")
    stage = {"cmd": "echo done >out", "outs": [{"out": {"cache": False}}]}
    (root / "dvc.yaml").write_text(json.dumps({"stages": {"write": stage}}))
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q", "--no-scm"], cwd=root, check=True)
    return root


@pytest.fixture
def lock(repository: Path) -> Iterator[Path]:
    """The file that DVC writes in place."""
    path = repository / ".dvc/tmp/rwlock"
    yield path
    path.unlink(missing_ok=True)


def repro(repository: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dvc", "repro", "-f"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def names(path: Path, pid: int) -> str:
    """The list of a process that writes the stage's file."""
    return json.dumps({"write": {str(path.parents[2] / "out"): {"pid": pid, "cmd": "repro"}}})


def ended() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_list_that_a_kill_cut_short_is_removed_and_dvc_runs_again(
    repository: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for content in ("", names(lock, ended())[:-5]):
        lock.write_text(content)
        refused = repro(repository)
        assert refused.returncode and "JSON structure is corrupted" in refused.stderr
        dvc_lock.mend(repository)
        assert capsys.readouterr().err == (f"{lock}: damaged, as a killed DVC leaves it: removed\n")
        assert repro(repository).returncode == 0


def test_a_list_that_names_the_dead_alone_is_removed(
    repository: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pid = ended()
    lock.write_text(names(lock, pid))
    dvc_lock.mend(repository)
    assert f"names process {pid}, which has ended" in capsys.readouterr().err
    done = repro(repository)
    assert done.returncode == 0 and "had been killed" not in done.stderr
    dvc_lock.mend(repository)
    assert capsys.readouterr().err == ""


def test_a_list_that_names_a_living_process_stays_and_dvc_says_who_is_busy(
    repository: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock.write_text(names(lock, LIVING))
    dvc_lock.mend(repository)
    assert (lock.read_text(), capsys.readouterr().err) == (names(lock, LIVING), "")
    assert f"(PID {LIVING})" in repro(repository).stderr
    lock.write_text(names(lock, LIVING)[:-5])
    with pytest.raises(InputError, match=rf"damaged, but process {LIVING} lives"):
        dvc_lock.mend(repository)
    assert lock.is_file()


def test_an_empty_list_stays_while_a_dvc_runs_a_stage_there(repository: Path, lock: Path) -> None:
    waits = {"cmd": "echo begun && read line", "outs": [{"waited": {"cache": False}}]}
    page = repository / "waiting" / "dvc.yaml"
    page.parent.mkdir(exist_ok=True)
    page.write_text(json.dumps({"stages": {"wait": waits}}))
    with subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "waiting/dvc.yaml"],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and any(line == "begun\n" for line in process.stdout)
        lock.write_text("")
        with pytest.raises(InputError, match=rf"damaged, but process {process.pid} lives"):
            dvc_lock.mend(repository)
        process.communicate("go on\n")
    dvc_lock.mend(repository)
    assert not lock.exists()


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_dvc_lock_that_a_kill_cut_short_is_the_committed_one_again_or_gone_and_dvc_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_committed: bool
) -> None:
    stage = {"cmd": "echo done >>ran; cp in out", "deps": ["in"], "outs": ["out"]}
    (tmp_path / "in").write_text("content")
    (tmp_path / "dvc.yaml").write_text(json.dumps({"stages": {"write": stage}}))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=tmp_path, check=True)
    assert repro(tmp_path).returncode == 0
    path = tmp_path / "dvc.lock"
    whole = path.read_text()
    if is_committed:
        author = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
        subprocess.run(["git", "add", "dvc.lock"], cwd=tmp_path, check=True)
        subprocess.run(["git", *author, "commit", "-qm", "lock"], cwd=tmp_path, check=True)
    for content in ("", whole[:5], whole[: whole.index("cmd:")]):
        path.write_text(content)
        refused = subprocess.run(
            [sys.executable, "-m", "dvc", "repro"], cwd=tmp_path, capture_output=True, check=False
        )
        assert refused.returncode
        dvc_lock.mend(tmp_path)
        done = "as committed again" if is_committed else "removed"
        assert capsys.readouterr().err.endswith(f"damaged, as a killed DVC leaves it: {done}\n")
        assert path.is_file() == is_committed
        subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=tmp_path, check=True)
        assert path.read_text() == whole
    assert (tmp_path / "ran").read_text() == "done\n"  # else from DVC's cache


def test_a_damaged_dvc_lock_stays_while_a_dvc_lives_that_may_be_writing_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository / "dvc.lock"
    path.write_text("")
    with monkeypatch.context() as patch:
        patch.setattr(dvc_lock, "_at_work", lambda root: {LIVING})
        with pytest.raises(InputError, match=rf"dvc.lock: damaged, but process {LIVING} lives"):
            dvc_lock.mend(repository)
    assert path.is_file()
    dvc_lock.mend(repository)
    assert not path.exists()


@pytest.mark.parametrize("target", ["repro", "cedar"])
def test_make_mends_the_list_before_it_starts_dvc(target: str) -> None:
    printed = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    mending, starting = "python -m pipelines unlock", re.search(r"dvc (repro|exp run)", printed)
    assert starting and 0 <= printed.find(mending) < starting.start()
