"""A project in which runs are killed at drawn moments, by `dvc repro` and straight."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from glob import glob
from pathlib import Path
from typing import NamedTuple

import psutil
import yaml

from tests.e2e.repository import Repository

PATIENCE = 900
"""Seconds after which a run counts as stuck."""
TRAIN = {"steps": 4, "checkpoint_every": 1, "validate_every": 2, "deterministic": True}
STAGES = {
    "ingest": "data/raw",
    "preprocess": "data/prepared",
    "split": "data/split",
    "train": "models/embedder",
    "evaluate": "reports/evaluation",
    "freeze": "models/frozen",
}
"""Each stage's output."""
UNDISTURBED = "undisturbed"
EVALUATED = {"prepared": "data/prepared", "split": "data/split", "embedder": "models/embedder"}
STRAIGHT = {
    "ingest": {},
    "preprocess": {"raw": "data/raw"},
    "split": {"prepared": "data/prepared"},
    "train": {"prepared": "data/prepared", "split": "data/split"},
    "evaluate": EVALUATED,
    "freeze": {"raw": "data/raw", "evaluation": "reports/evaluation", **EVALUATED},
    "evaluate other data": {"model": "models/frozen", "data": "data/raw"},
}
"""Each command's inputs, of those that no kill has disturbed."""
REPRO = "python -m pipelines unlock; exec dvc repro"
DVC = {"DVC's list": ".dvc/tmp/rwlock", "dvc.lock": "dvc.lock"}
MLFLOW = {"MLflow's store": "mlruns/mlflow.db"}
FILES = DVC | MLFLOW
"""Moments: a file is being changed."""
OUTPUT, ANY = "an output", "any"
SIGNALS = [signal.SIGKILL] * 4 + [signal.SIGTERM, signal.SIGINT]


class Kill(NamedTuple):
    """A signal to a run.

    Attributes:
        work: the stage or command that is waited for.
        moment: what it is doing then.
        victim: one process of the run, or all.
        number: the signal.
    """

    work: str
    moment: str
    victim: str
    number: signal.Signals


class Project(Repository):
    """A project after an undisturbed run, with places of its own for all that runs may leave."""

    def __init__(self, folder: Path, store: Path) -> None:
        super().__init__(folder, store)
        self.set({"train": TRAIN})
        self.temporary, self.log = folder / "tmp", folder / "log"
        self.temporary.mkdir()
        self.environment |= {
            "TMPDIR": str(self.temporary),
            "DVC_SITE_CACHE_DIR": str(folder / "site"),
            "DVC_NO_ANALYTICS": "true",
        }
        self.repro()
        for outputs in ("data", "models", "reports"):
            shutil.copytree(self.folder / outputs, self.folder / UNDISTURBED / outputs)
        self.run("git", "add", "--force", "dvc.lock")
        self.run("git", "commit", "-qm", "run")

    def kill_repro(self, draws: random.Random) -> tuple[Kill, bool]:
        """Kills DVC, a stage, or both; the flag tells whether the moment came before the end."""
        victim = draws.choice(["all", "all", "all", "DVC", "the stage"])
        number = draws.choice(SIGNALS) if victim == "all" else signal.SIGKILL
        stage = self._next_stage(draws)
        kill = Kill(stage, draws.choice([*DVC, *_moments(stage)]), victim, number)
        begun = "" if kill.moment == "DVC's list" else f"'{kill.work}'"  # it runs, or is cached
        return kill, self._kill(REPRO, begun, kill, draws)

    def kill_straight(self, draws: random.Random) -> tuple[Kill, bool]:
        """Kills a command that no DVC has started."""
        work = draws.choice(list(STRAIGHT))
        kill = Kill(work, draws.choice(_moments(work)), "all", draws.choice(SIGNALS))
        return kill, self._kill(f"exec {straight(work)}", "", kill, draws)

    def processes(self) -> list[psutil.Process]:
        """Returns all that run in the project."""
        found = []
        for process in psutil.process_iter(["cwd"]):
            if Path(process.info["cwd"] or "/").is_relative_to(self.folder):
                found.append(process)
        return found

    def parts(self) -> set[str]:
        """Returns outputs and checkpoints that are being written, or were when killed."""
        found = set()
        for place in ("*", "straight/*", ".checkpoints/train/*"):
            # Path.glob fails where a folder goes meanwhile.
            found |= set(glob(f"{self.folder}/{place}/.partial-*"))  # noqa: PTH207
        return found

    def _next_stage(self, draws: random.Random) -> str:
        """Draws a stage that is about to run; where all have, one is forgotten."""
        path, stages = self.folder / "dvc.lock", list(STAGES)
        lock = path.read_text() if path.exists() else ""
        for number, (stage, output) in enumerate(STAGES.items()):
            if f"\n  {stage}:" not in lock or not (self.folder / output).exists():
                return draws.choice(stages[number : number + 2])
        forgotten = draws.choice(stages)
        record = yaml.safe_load(lock)
        del record["stages"][forgotten]
        path.write_text(yaml.safe_dump(record))
        shutil.rmtree(self.folder / ".dvc" / "cache" / "runs", ignore_errors=True)
        return forgotten

    def _kill(self, command: str, begun: str, kill: Kill, draws: random.Random) -> bool:
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        came = _until(lambda: begun in self._printed(), process)
        for condition in self._moment(kill.moment, draws):
            came = came and _until(condition, process)
        if came and process.poll() is None:
            _strike(process, kill)
            return True
        assert process.returncode == 0, f"{kill}: {process.returncode}\n{self._printed()}"
        return False

    def _printed(self) -> str:
        return self.log.read_text(errors="replace")

    def _moment(self, moment: str, draws: random.Random) -> Iterator[Callable[[], bool]]:
        """Yields the conditions that come true one after the other before a kill."""
        delay = draws.choice([0, 0.005, 0.05])
        if moment in FILES:
            for _ in range(draws.randint(1, 4)):
                yield _changed(self.folder / FILES[moment])
        elif moment == OUTPUT:
            before = self.parts()
            yield lambda: bool(self.parts() - before)
        else:
            delay = draws.uniform(0, 8)
        due = time.monotonic() + delay
        yield lambda: time.monotonic() >= due


def straight(work: str) -> str:
    """Returns the command line of a step alone, whose output is `straight/WORK/…`."""
    options = [f"--{name} {UNDISTURBED}/{path}" for name, path in STRAIGHT[work].items()]
    place = f"straight/{work.replace(' ', '-')}"
    options += [f"--report {place}/report"] if work == "preprocess" else []
    step = work.partition(" ")[0]
    return " ".join([f"python -m components.{step}", *options, f"--out {place}/out"])


def _moments(work: str) -> list[str]:
    """Returns the moments of a stage or command; only three tell MLflow of their work."""
    return [*(MLFLOW if work in {"train", "evaluate", "freeze"} else []), OUTPUT, ANY]


def _until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> bool:
    """Waits for a condition; returns False where the process ended before."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline, "stuck"
        time.sleep(0.001)
    return True


def _changed(path: Path) -> Callable[[], bool]:
    """Returns a condition: a file has come, gone or changed since now."""

    def state() -> tuple[int, int, int] | None:
        try:
            now = path.stat()
        except FileNotFoundError:
            return None
        return now.st_ino, now.st_size, now.st_mtime_ns

    before = state()
    return lambda: state() != before


def _strike(process: "subprocess.Popen[bytes]", kill: Kill) -> None:
    """Sends the signal, and waits until DVC, or the command, has ended."""
    if kill.victim == "all":
        os.killpg(process.pid, kill.number)
    elif kill.victim == "DVC":
        process.send_signal(kill.number)
    else:
        for child in psutil.Process(process.pid).children(recursive=True)[-1:]:
            child.send_signal(kill.number)
    process.wait(PATIENCE)
