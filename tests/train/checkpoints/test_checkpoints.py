"""Checkpoints: whole, kept in small number, of one key only."""

import errno
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.checkpoints.state import State
from components.train.params import TrainParams

KEY = Key({"train.steps": "100", "train.seed": "0"}, "data", "code", None)


def state(step: int, best_step: int = 0) -> State:
    random = np.random.default_rng(step)
    return State(
        step,
        [random.normal(size=(3, 4)).astype(np.float32), np.array(step, np.int64)],
        [np.full((2, 5), -1, np.float32)],
        [np.full((2, 5), best_step, np.float32)],
        best_step,
        [{"step": 0, "val/x": 0.1}, {"step": 2, "train/loss": 1 / 3}],
        [{"loss": 0.1 + 0.2}],
        np.array([[1, 2], [0, 2], [1, 0]]),
        "abc",
    )


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkpoints:
    monkeypatch.setenv("CHECKPOINT_DIR", str(tmp_path / "kept"))
    return Checkpoints(KEY, count=2)


def names(checkpoints: Checkpoints) -> list[str]:
    return sorted(path.name for path in checkpoints.folder.iterdir())


def test_what_is_read_back_is_what_was_saved_to_the_bit(checkpoints: Checkpoints) -> None:
    saved = state(7, best_step=5)
    checkpoints.save(saved)
    read = Checkpoints(KEY, count=2).newest()
    assert read is not None
    assert read.neighbours is not None
    assert read.neighbours.dtype == np.int64
    for ours, theirs in zip(
        [*read.variables, *read.start, *read.best],
        [*saved.variables, *saved.start, *saved.best],
        strict=True,
    ):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    assert np.array_equal(read.neighbours, saved.neighbours if saved.neighbours is not None else [])
    assert [read[i] for i in (0, 4, 5, 6, 8)] == [saved[i] for i in (0, 4, 5, 6, 8)]


def test_before_the_first_there_is_none_and_after_the_end_none_either(
    checkpoints: Checkpoints,
) -> None:
    assert checkpoints.newest() is None
    checkpoints.save(state(1))
    checkpoints.clear()
    assert checkpoints.newest() is None
    assert not checkpoints.folder.exists()


def test_the_newest_ones_are_kept_each_with_first_and_best_weights_which_stand_on_the_disk_once(
    checkpoints: Checkpoints,
) -> None:
    for step in (2, 4, 6, 8):
        checkpoints.save(state(step, best_step=0 if step < 6 else 5))
    assert names(checkpoints) == ["step-00000006", "step-00000008"]
    first = checkpoints.folder / "step-00000006"
    second = checkpoints.folder / "step-00000008"
    for name in ("start.npz", "best.npz"):
        assert (first / name).samefile(second / name)
    assert not (second / "start.npz").samefile(second / "best.npz")
    read = checkpoints.newest()
    assert read is not None
    assert (read.best[0] == 5).all()
    assert (read.start[0] == -1).all()


def test_weights_of_a_validation_at_step_0_come_after_a_checkpoint_that_was_cut_short_before_it(
    checkpoints: Checkpoints,
) -> None:
    checkpoints.save(state(0)._replace(start=[], best=[]))
    again = Checkpoints(KEY, count=2)
    again.newest()
    again.save(state(1, best_step=0))
    read = Checkpoints(KEY, count=2).newest()
    assert read is not None
    assert len(read.best) == len(read.start) == 1


def test_what_a_killed_run_left_half_written_goes_after_an_hour(checkpoints: Checkpoints) -> None:
    for name, seconds in (("now", 0), ("then", 4000)):
        folder = checkpoints.folder / f".partial-step-00000001-new-{name}"
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - seconds,) * 2)
    checkpoints.save(state(2))
    assert names(checkpoints) == [".partial-step-00000001-new-now", "step-00000002"]


def test_a_torn_checkpoint_costs_a_warning_and_the_one_before_is_taken(
    checkpoints: Checkpoints, caplog: pytest.LogCaptureFixture
) -> None:
    for spoil in ("variables.npz", "best.npz", "start.npz", "state.json"):
        checkpoints.save(state(1, best_step=0))
        checkpoints.save(state(2, best_step=2))
        torn = checkpoints.folder / "step-00000002" / spoil
        content = torn.read_bytes()[:-40]
        torn.unlink()  # the one before may share it
        torn.write_bytes(content)
        caplog.clear()
        read = Checkpoints(KEY, count=2).newest()
        assert read is not None
        assert read.step == 1
        assert "step-00000002 cannot be read" in caplog.text
        checkpoints.clear()


def test_changed_bytes_in_the_middle_are_noticed(checkpoints: Checkpoints) -> None:
    checkpoints.save(state(1))
    path = checkpoints.folder / "step-00000001" / "variables.npz"
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    assert checkpoints.newest() is None


def test_after_going_back_to_an_earlier_one_the_steps_that_were_given_up_go(
    checkpoints: Checkpoints,
) -> None:
    for step in (2, 4):
        checkpoints.save(state(step))
    again = Checkpoints(KEY, count=2)
    assert again.named(checkpoints.folder / "step-00000002").step == 2
    again.save(state(3))
    assert names(again) == ["step-00000002", "step-00000003"]


def test_a_checkpoint_can_be_named_by_its_folder_or_by_its_key_s_folder_wherever_it_was_copied(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    for step in (2, 4):
        checkpoints.save(state(step))
    shutil.copytree(checkpoints.folder, tmp_path / "elsewhere")
    shutil.copytree(checkpoints.folder / "step-00000002", tmp_path / "alone")
    checkpoints.clear()
    assert checkpoints.named(tmp_path / "elsewhere").step == 4
    assert checkpoints.named(tmp_path / "alone").step == 2
    checkpoints.save(state(5))
    assert (tmp_path / "alone" / "state.json").is_file()


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (
            KEY._replace(params={"train.steps": "200", "train.seed": "0"}),
            "train.steps was 100 in the checkpoint and is 200 now",
        ),
        (KEY._replace(data="d"), "the data or their split are others"),
        (KEY._replace(code="c"), "the code is another version"),
        (KEY._replace(weights="w"), "the first weights are others"),
        (
            KEY._replace(params={"train.seed": "1", "train.steps": "100"}, code="c"),
            "train.seed was 0 in the checkpoint and is 1 now; the code is another version",
        ),
    ],
)
def test_a_checkpoint_of_another_key_is_refused_with_the_difference(
    checkpoints: Checkpoints, other: Key, difference: str
) -> None:
    checkpoints.save(state(2))
    ours = Checkpoints(other, count=2)
    assert ours.newest() is None
    with pytest.raises(InputError, match=rf"a checkpoint of another run: {difference}$"):
        ours.named(checkpoints.folder)


def test_a_folder_without_a_checkpoint_is_refused(checkpoints: Checkpoints, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint; name a folder such as"):
        checkpoints.named(tmp_path)
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(InputError, match="not a checkpoint that can be read"):
        checkpoints.named(tmp_path)


def test_checkpoints_of_runs_long_abandoned_go_but_the_newest_few_stay(
    tmp_path: Path, checkpoints: Checkpoints
) -> None:
    def old(number: int, days: float) -> Path:
        other = Checkpoints(KEY._replace(data=str(number)), count=1)
        other.save(state(1))
        then = time.time() - days * 24 * 3600
        os.utime(other.folder, (then, then))
        return other.folder

    folders = [old(number, days) for number, days in enumerate([3, 5, 10, 11, 12, 13, 40])]
    (tmp_path / "kept" / "train" / "not-a-key").mkdir()
    checkpoints.save(state(1))
    assert [folder.exists() for folder in folders] == [True, True, True, True, False, False, False]
    assert (tmp_path / "kept" / "train" / "not-a-key").exists()


def test_a_full_disk_is_one_clear_line_and_the_checkpoint_before_is_left_whole(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINT_DIR", str(small_disk))
    checkpoints = Checkpoints(KEY, count=2)
    checkpoints.save(state(1))
    too_large = state(2)._replace(variables=[np.zeros(100_000, np.float32)])
    with pytest.raises(
        InputError, match=r"the disk is full, .* after step 2; .*it goes on from step-00000001$"
    ):
        checkpoints.save(too_large)
    assert names(checkpoints) == ["step-00000001"]
    read = Checkpoints(KEY, count=2).newest()
    assert read is not None
    assert read.step == 1
    checkpoints.save(state(3))


def test_checkpoints_on_a_file_system_of_its_own_need_no_rename_from_another(
    small_disk: Path, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints.save(state(1))
    with pytest.raises(OSError) as crossing:
        (checkpoints.folder / "step-00000001").rename(small_disk / "moved")
    assert crossing.value.errno == errno.EXDEV
    monkeypatch.setenv("CHECKPOINT_DIR", str(small_disk))
    mounted = Checkpoints(KEY, count=2)
    mounted.named(checkpoints.folder)
    mounted.save(state(2))
    assert json.loads((mounted.folder / "step-00000002" / "state.json").read_text())["step"] == 2


def test_the_key_follows_parameters_data_code_and_first_weights(data: Path, tmp_path: Path) -> None:
    params = TrainParams(start_from=str(tmp_path / "embedder.keras"))
    (tmp_path / "embedder.keras").write_bytes(b"one")
    first = Key.of(params, data / "prepared", data / "split")
    assert first == Key.of(params, data / "prepared", data / "split")
    assert first.name == Key.of(params, data / "prepared", data / "split").name

    (tmp_path / "embedder.keras").write_bytes(b"two")
    assert Key.of(params, data / "prepared", data / "split").differences(first) == [
        "the first weights are others"
    ]

    shutil.copytree(data, tmp_path / "other")
    with (tmp_path / "other" / "prepared" / "images.npy").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x07")
    (tmp_path / "embedder.keras").write_bytes(b"one")
    other = Key.of(params, tmp_path / "other" / "prepared", tmp_path / "other" / "split")
    assert other.differences(first) == ["the data or their split are others"]
    assert other.name != first.name

    augmented = params.model_copy(
        update={"augment": params.augment.model_copy(update={"shear": 0.5})}
    )
    assert Key.of(augmented, data / "prepared", data / "split").differences(first) == [
        "train.augment.shear was 0.06 in the checkpoint and is 0.5 now"
    ]


def test_a_start_without_its_file_is_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(InputError, match=r"train\.start_from: .*embedder\.keras: no such file"):
        Key.of(TrainParams(start_from=str(tmp_path)), data / "prepared", data / "split")
