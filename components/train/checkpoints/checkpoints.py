"""Checkpoints of a run, outside every DVC out, under its key.

    $CHECKPOINT_DIR/train/<key>/step-00000090/   variables.npz · best.npz · start.npz ·
    state.json · manifest.json

A checkpoint is whole and stands alone: copied elsewhere, a run resumes from it by `--resume`. Each
is also copied to CHECKPOINT_DIR if that is an `s3://` address, and a run resumes from the newest
one there.
"""

import json
import logging
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.storage.files import TEMPORARY, atomic_folder, persistent_folder
from components.shared.storage.reading import as_values_of, in_one_line, read_json, reading
from components.shared.storage.s3_address import Address, is_s3
from components.train.checkpoints import checksums
from components.train.checkpoints.run_key import Key
from components.train.checkpoints.s3_mirror import Mirror
from components.train.checkpoints.state import Arrays, State

RECENT_KEYS = 5
"""Number of keys, this one among them, whose checkpoints are never removed as abandoned."""
ABANDONED_AFTER = 7 * 24 * 3600
"""Age in seconds at which the checkpoints of further keys are removed."""
BEING_WRITTEN = 3600
"""Age in seconds up to which a part of a checkpoint may be another process's."""

logger = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoints of one key; equal key = resume.

    Args:
        key: key of parameters, data, code and first weights.
        count: number of checkpoints to keep.

    Attributes:
        folder: the folder of the key.
        last: the folder that was written or read last.

    Raises:
        InputError: CHECKPOINT_DIR is an address that cannot be used.
    """

    def __init__(self, key: Key, count: int) -> None:
        place = os.environ.get("CHECKPOINT_DIR", "")
        self.key, self.count = key, count
        self.folder = persistent_folder().resolve() / "train" / key.name
        self._mirror: Mirror | None = None
        if is_s3(place):
            self._mirror = Mirror(Address.parse(place, "CHECKPOINT_DIR") / f"train/{key.name}")
        self.last: Path | None = None
        self._last_marks: dict[str, object] = {}

    def save(self, state: State) -> None:
        """Writes a checkpoint, atomically, and removes all but the newest `count` up to it.

        Raises:
            InputError: the disk is full.
        """
        folder = self.folder / f"step-{state.step:08d}"
        try:
            with atomic_folder(folder) as fresh:
                self._write(state, fresh)
        except OSError as error:
            if not cli.disk_is_full(error):
                raise
            raise InputError(
                f"{self.folder}: the disk is full, no checkpoint could be written after step "
                f"{state.step}; free some space (CHECKPOINT_DIR says where checkpoints go) and "
                f"give the same command again: it goes on from "
                f"{self.last.name if self.last else 'the start'}"
            ) from error
        self._remember(folder, state)
        self._prune(folder)
        self._remove_abandoned()
        if self._mirror:
            self._mirror.push(folder, {path.name for path in _steps(self.folder)})

    def newest(self) -> State | None:
        """Reads the newest checkpoint that can be read; a torn one costs a warning.

        Returns:
            None where there is none.

        Raises:
            InputError: the store that it may be in refuses or cannot be reached.
        """
        if self._mirror:
            steps = _steps(self.folder)
            self._mirror.pull(self.folder, newest=steps[-1].name if steps else "")
        return self._newest_in(self.folder)

    def named(self, path: Path) -> State:
        """Reads the checkpoint that a user names, or the newest in the folder of a key.

        Raises:
            InputError: there is none, it cannot be read, or it is of another key, with the
                difference.
        """
        folders = [path] if (path / "state.json").is_file() else _steps(path)
        if not folders:
            raise InputError(
                f"--resume {path}: no checkpoint; name a folder such as …/step-00000090"
            )
        with reading(path, "--resume: not a checkpoint that can be read: {reason}"):
            record = read_json(folders[-1] / "state.json", dict[str, Any])
            then = as_values_of(Key, record["key"])
        if differences := self.key.differences(then):
            raise InputError(
                f"--resume {path}: a checkpoint of another run: {'; '.join(differences)}"
            )
        if folders[-1] == path:
            with reading(path, "--resume: a damaged checkpoint: {reason}; name another"):
                return self._read(path)
        state = self._newest_in(path)
        if state is None:
            raise InputError(f"--resume {path}: no checkpoint in it can be read")
        return state

    def clear(self) -> None:
        """Removes all checkpoints of the key: the run has ended well."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._mirror:
            self._mirror.clear()

    def _write(self, state: State, fresh: Path) -> None:
        _save_arrays(fresh / "variables.npz", state.variables)
        for name, (arrays, mark) in state.unchanging().items():
            if self.last and self._last_marks[name] == mark:
                with suppress(OSError):  # another file system, or one without links
                    os.link(self.last / name, fresh / name)
            if not (fresh / name).exists():
                _save_arrays(fresh / name, arrays)
        record = state._asdict() | {"key": self.key._asdict()}
        record |= {"variables": None, "start": None, "best": None}
        record["neighbours"] = None if state.neighbours is None else state.neighbours.tolist()
        with (fresh / "state.json").open("w", encoding="utf-8") as stream:
            json.dump(record, stream)
            stream.flush()
            os.fsync(stream.fileno())
        checksums.write(fresh)

    def _newest_in(self, folder: Path) -> State | None:
        for path in reversed(_steps(folder)):
            try:
                return self._read(path)
            except Exception as error:  # whatever a torn file makes its reader stumble over
                logger.warning(
                    "warning: %s cannot be read (%s); going back to the one before",
                    path,
                    in_one_line(error),
                )
        return None

    def _read(self, path: Path) -> State:
        checksums.check(path)
        record = json.loads((path / "state.json").read_text(encoding="utf-8"))
        neighbours = record["neighbours"]
        del record["key"]
        state = State(**record)._replace(
            variables=_load_arrays(path / "variables.npz"),
            start=_load_arrays(path / "start.npz"),
            best=_load_arrays(path / "best.npz"),
            neighbours=None if neighbours is None else np.array(neighbours, np.int64),
        )
        self._remember(path, state)
        return state

    def _remember(self, folder: Path, state: State) -> None:
        """Notes which checkpoint was written or read last, and its arrays that others may share."""
        self.last = folder
        self._last_marks = {name: mark for name, (_, mark) in state.unchanging().items()}

    def _prune(self, newest: Path) -> None:
        """Keeps the newest `count` checkpoints up to this one and removes all others.

        Those are older ones, later ones (after a resume from an earlier step) and stale parts.
        """
        steps = [path for path in _steps(self.folder) if path.name <= newest.name]
        retained = steps[-self.count :]
        for path in self.folder.iterdir():
            being_written = path.name.startswith(TEMPORARY) and _age(path) < BEING_WRITTEN
            if path not in retained and not being_written:
                shutil.rmtree(path, ignore_errors=True)

    def _remove_abandoned(self) -> None:
        """Removes the checkpoints of runs that nobody has resumed for long."""
        others = [
            path for path in self.folder.parent.iterdir() if re.fullmatch("[0-9a-f]{16}", path.name)
        ]
        ages = {path: _age(path) for path in others}
        for path in sorted(others, key=lambda path: ages[path])[RECENT_KEYS:]:
            if ages[path] > ABANDONED_AFTER and path != self.folder:
                logger.info(
                    "removing the checkpoints of an abandoned training, %d days old: %s",
                    ages[path] / 86400,
                    path,
                )
                shutil.rmtree(path, ignore_errors=True)


def _steps(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"))


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # its own run has just ended
        return 0.0


def _save_arrays(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as stream:
        np.savez(stream, *arrays)
        stream.flush()
        os.fsync(stream.fileno())


def _load_arrays(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        return [stored[f"arr_{i}"] for i in range(len(stored.files))]
