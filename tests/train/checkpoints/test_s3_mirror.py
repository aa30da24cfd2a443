"""Checkpoints that are copied to a real S3 store, and gone on with on another machine."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.shared.storage import files
from components.shared.storage import s3 as client
from components.train.checkpoints.checkpoints import Checkpoints
from tests import proxy
from tests import s3_server as server
from tests.train.checkpoints.test_checkpoints import KEY, state

Machine = Callable[[str], Checkpoints]


@pytest.fixture
def place(s3: server.Store, monkeypatch: pytest.MonkeyPatch) -> str:
    address = s3.fresh()
    monkeypatch.setenv("CHECKPOINT_DIR", address)
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    return f"{address}/train/{KEY.name}"


@pytest.fixture
def on(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The checkpoints as a machine sees them that has a project folder of its own."""

    def started(machine: str) -> Checkpoints:
        (tmp_path / machine).mkdir(exist_ok=True)
        monkeypatch.setattr(files, "project_root", lambda: tmp_path / machine)
        return Checkpoints(KEY, count=2)

    return started


def steps(s3: server.Store, place: str) -> list[str]:
    return sorted({name.partition("/")[0] for name in s3.objects(place)})


def test_another_machine_goes_on_with_what_the_store_has_to_the_bit(on: Machine) -> None:
    first = on("one")
    for step in (2, 4):
        first.save(state(step, best_step=2))
    second = on("two")
    assert not second.folder.exists()
    read, saved = second.newest(), state(4, best_step=2)
    assert read is not None
    assert read.step == 4
    for ours, theirs in zip(
        [*read.variables, *read.best], [*saved.variables, *saved.best], strict=True
    ):
        assert np.array_equal(ours, theirs)
    assert read.history == saved.history
    assert second.folder.is_relative_to(first.folder.parents[3] / "two" / ".checkpoints")


def test_the_newest_is_taken_wherever_it_is(on: Machine, s3: server.Store, place: str) -> None:
    on("one").save(state(2))
    second = on("two")
    assert second.newest() is not None
    second.save(state(6))
    first = on("one")
    read = first.newest()
    assert read is not None
    assert read.step == 6
    on("three").save(state(8))
    shutil.rmtree(first.folder / "step-00000006")
    read = on("one").newest()
    assert read is not None
    assert read.step == 8


def test_old_ones_go_there_as_here_and_after_the_end_all_of_the_key(
    on: Machine, s3: server.Store, place: str
) -> None:
    s3.put(f"{place}x/step-00000001/manifest.json", b"another key's")
    checkpoints = on("one")
    for step in (2, 4, 6):
        checkpoints.save(state(step))
    assert steps(s3, place) == ["step-00000004", "step-00000006"]
    checkpoints.clear()
    assert steps(s3, place) == []
    assert steps(s3, f"{place}x") == ["step-00000001"]
    assert on("two").newest() is None


@pytest.mark.parametrize("reached", [1, 3])
def test_a_half_uploaded_checkpoint_is_never_taken_for_one_and_the_training_goes_on(
    on: Machine,
    s3: server.Store,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reached: int,
) -> None:
    on("one").save(state(2))
    written = itertools.count()

    def refuse(_: int, request: proxy.Request) -> tuple[int, str] | None:
        return (503, "SlowDown") if request[0] == "PUT" and next(written) >= reached else None

    with (
        proxy.before(s3.endpoint, refuse) as between,
        monkeypatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        checkpoints = on("one")
        checkpoints.save(state(4))
    assert len(caplog.records) == 1
    line = caplog.records[0].message
    assert f"warning: {place}/step-00000004/" in line
    assert between.endpoint in line
    assert "step-00000004 is on this machine only, and the training goes on" in line
    assert len([name for name in s3.objects(place) if name.startswith("step-00000004")]) == reached
    read = on("two").newest()
    assert read is not None
    assert read.step == 2
    on("one").save(state(6))
    assert steps(s3, place) == ["step-00000004", "step-00000006"]
    read = on("three").newest()
    assert read is not None
    assert read.step == 6


def test_a_damaged_copy_costs_a_warning_and_the_one_before_is_taken(
    on: Machine, s3: server.Store, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoints = on("one")
    for step in (2, 4):
        checkpoints.save(state(step))
    s3.put(f"{place}/step-00000004/best.npz", b"damaged")
    read = on("two").newest()
    assert read is not None
    assert read.step == 2
    assert "step-00000004 on http" in caplog.text
    assert "is damaged; going back to the one before" in caplog.text


def test_a_start_that_cannot_know_whether_there_is_one_is_refused(
    on: Machine, s3: server.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    with pytest.raises(
        InputError, match=r"^s3://data/.* on http://127.*: the keys are not accepted"
    ):
        on("one").newest()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(InputError, match="cannot be reached"):
        on("one").newest()
    monkeypatch.setenv("CHECKPOINT_DIR", "s3://")
    with pytest.raises(InputError, match="CHECKPOINT_DIR: 's3://' is not of the form"):
        on("one")
