"""Faults while something is on its way: a kill, a refusal, a full disk, in real processes."""

import os
import signal
import subprocess
import sys
import threading
from itertools import product
from pathlib import Path

import pytest
import yaml

from components.freeze import s3_publish
from components.shared.model import published_bundle
from components.shared.model.bundle import write
from components.shared.storage import files
from tests import proxy
from tests import s3_server as server
from tests.conftest import PROJECT
from tests.train.checkpoints.test_checkpoints import KEY, state
from tests.train.conftest import small_disk

__all__ = ["small_disk"]

SAVE = (
    "from components.train.checkpoints.checkpoints import Checkpoints\n"
    "from tests.train.checkpoints.test_checkpoints import KEY, state\n"
    "Checkpoints(KEY, count=2).save(state(4))"
)


class Barrier:
    """A fault of the proxy: `passed` requests go through, the next ones wait for its release."""

    def __init__(self, passed: int) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        self._passed = passed

    def __call__(self, number: int, request: proxy.Request) -> tuple[int, str] | None:
        if number < self._passed:
            return None
        self.reached.set()
        self.released.wait(60)
        return (503, "SlowDown")


def killed_after(
    passed: int, store: server.Store, folder: Path, command: list[str], **environment: str
) -> None:
    """Runs a command and kills it when that many of its requests have reached the store, and the
    next one has not.
    """
    barrier = Barrier(passed)
    with proxy.before(store.endpoint, barrier) as between:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=surroundings(store, between.endpoint, **environment),
        )
        assert barrier.reached.wait(120), "it ended before"
        process.send_signal(signal.SIGKILL)
        process.wait()
        barrier.released.set()


def surroundings(store: server.Store, endpoint: str, **others: str) -> dict[str, str]:
    return {
        **os.environ,
        **store.environment(endpoint=endpoint),
        "PYTHONPATH": str(PROJECT),
        **others,
    }


def run(
    folder: Path, store: server.Store, *command: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=surroundings(store, store.endpoint, **environment),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / name).write_bytes(name.encode() * 500_000)
    write(folder, {})
    return folder


@pytest.mark.parametrize("passed", [1, 3])
def test_a_publication_killed_in_mid_upload_leaves_no_version_and_is_made_good_by_the_next(
    s3: server.Store, bundle: Path, tmp_path: Path, passed: int
) -> None:
    place = s3.fresh("models")
    script = (
        "from pathlib import Path; from components.freeze import s3_publish as publish\n"
        f"publish.publish(Path('bundle'), '{place}')"
    )
    killed_after(passed, s3, tmp_path, ["-c", script])
    assert s3_publish.versions(place) == []
    version = s3_publish.publish(bundle, place)
    published_bundle.fetch(str(version), tmp_path / "fetched")
    assert files.manifest(tmp_path / "fetched") == files.manifest(bundle)


@pytest.mark.parametrize("passed", [1, 3])
def test_a_machine_taken_away_in_mid_upload_of_a_checkpoint_leaves_the_one_before(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    from components.train.checkpoints.checkpoints import Checkpoints

    place = s3.fresh()
    monkeypatch.setenv("CHECKPOINT_DIR", place)
    monkeypatch.setattr(files, "project_root", lambda: tmp_path / "other")
    (tmp_path / "other").mkdir()
    Checkpoints(KEY, count=2).save(state(2))
    script = (
        "from components.shared.storage import files; from pathlib import Path\n"
        f"files.project_root = Path.cwd\n{SAVE}"
    )
    killed_after(passed, s3, tmp_path, ["-c", script], CHECKPOINT_DIR=place)
    (tmp_path / "third").mkdir()
    monkeypatch.setattr(files, "project_root", lambda: tmp_path / "third")
    third = Checkpoints(KEY, count=2)
    read = third.newest()
    assert read is not None
    assert read.step == 2
    third.save(state(4))
    names = ("variables.npz", "best.npz", "start.npz", "state.json", "manifest.json")
    objects = [f"train/{KEY.name}/step-{step:08d}/{name}" for step, name in product((2, 4), names)]
    assert sorted(s3.objects(place)) == sorted(objects)
    bucket, prefix = server.parts(place)
    uploads = s3.client().list_multipart_uploads(Bucket=bucket, Prefix=prefix).get("Uploads", [])
    assert uploads == []


def test_a_full_disk_is_one_line_and_leaves_no_part_of_what_was_fetched_or_ingested(
    s3: server.Store, bundle: Path, tmp_path: Path, small_disk: Path
) -> None:
    version = str(s3_publish.publish(bundle, s3.fresh("models")))
    done = run(tmp_path, s3, "-m", "components.freeze", "fetch", version, "--out", "small/fetched")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: the disk is full (")
    assert not list(small_disk.iterdir())

    place = s3.fresh()
    for name in ("a/1.png", "b/1.png"):
        s3.put(f"{place}/{name}", bytes(300_000))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"ingest": {"source": place}}))
    done = run(tmp_path, s3, "-m", "components.ingest", CHECKPOINT_DIR=str(small_disk))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: the disk is full (")
    assert not (tmp_path / "data" / "raw").exists()
    assert (
        run(
            tmp_path, s3, "-m", "components.ingest", CHECKPOINT_DIR=str(tmp_path / "large")
        ).returncode
        == 0
    )


def test_an_ingest_killed_in_mid_download_goes_on_where_it_stopped(
    s3: server.Store, tmp_path: Path
) -> None:
    place = s3.fresh()
    for number in range(60):
        s3.put(f"{place}/{number % 5}/{number}.png", bytes(20_000) + bytes([number]))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"ingest": {"source": place}}))
    environment = {"CHECKPOINT_DIR": str(tmp_path / "kept")}
    killed_after(40, s3, tmp_path, ["-m", "components.ingest"], **environment)
    assert not (tmp_path / "data" / "raw").exists()
    with proxy.before(s3.endpoint) as between:
        subprocess.run(
            [sys.executable, "-m", "components.ingest"],
            cwd=tmp_path,
            env=surroundings(s3, between.endpoint, **environment),
            check=True,
        )
    brought = [
        path for method, path in between.requests if method == "GET" and "list-type" not in path
    ]
    assert 20 <= len(brought) < 60
    assert len(list((tmp_path / "data" / "raw").rglob("*.png"))) == 60


@pytest.mark.parametrize("fault", ["wrong keys", "expired session", "unreachable", "denied"])
def test_a_store_that_refuses_is_one_line_of_each_command_with_the_store_and_no_key(
    s3: server.Store, tmp_path: Path, fault: str
) -> None:
    keys, token = {
        "wrong keys": ((server.OWNER[0], "planted/wrong"), None),
        "expired session": s3.session(expired=True),
        "unreachable": (server.OWNER, None),
        "denied": (server.READER, None),
    }[fault]
    endpoint = "http://127.0.0.1:9" if fault == "unreachable" else s3.endpoint
    environment = s3.environment(keys, token, endpoint)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"ingest": {"source": "s3://models/x"}}))
    for command in (["ingest"], ["ingest", "fingerprint"], ["freeze", "list", "s3://models/x"]):
        done = run(tmp_path, s3, "-m", f"components.{command[0]}", *command[1:], **environment)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"error: s3://models/x on {endpoint}: ")
        assert not any(secret in done.stderr for secret in (*keys, token or "planted"))
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    text = "".join(path.read_text(errors="replace") for path in paths)
    assert not any(secret in text for secret in (keys[1], token or "planted"))


def test_half_of_all_requests_refused_costs_time_only(
    s3: server.Store, bundle: Path, tmp_path: Path
) -> None:
    place = s3.fresh("models")
    script = (
        "from pathlib import Path; from components.freeze import s3_publish as publish\n"
        f"publish.publish(Path('bundle'), '{place}')"
    )
    source = s3.fresh()
    for number in range(12):
        s3.put(f"{source}/{number % 3}/{number}.png", bytes([number]))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"ingest": {"source": source}}))
    with proxy.before(s3.endpoint, proxy.half()) as between:
        environment = surroundings(s3, between.endpoint, CHECKPOINT_DIR=str(tmp_path / "kept"))
        for command in (["-c", script], ["-m", "components.ingest"]):
            subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, check=True)
    (version,) = s3_publish.versions(place)
    published_bundle.fetch(f"{place}/{version.name}", tmp_path / "fetched")
    assert files.manifest(tmp_path / "fetched") == files.manifest(bundle)
    assert len(list((tmp_path / "data" / "raw").rglob("*.png"))) == 12
