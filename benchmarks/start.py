"""From the start of the process to the first step, and where the time goes.

    python -m benchmarks.start --weights imagenet

Runs the train step in processes of its own, on a tiny store of noise, and notes when its stages
begin and end; medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.arguments import add_size, parser


def main() -> None:
    """Prints seconds by stage and in all."""
    arguments = parser("start", __doc__)
    arguments.add_argument("--weights", default="none", help="as train.weights")
    add_size(arguments)
    arguments.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="processes that are started"
    )
    arguments.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.within is not None:
        _start(options.within, options.weights)
        return
    with tempfile.TemporaryDirectory() as folder:
        _make_data(Path(folder), options.height, options.width)
        program = [sys.executable, "-m", "benchmarks.start"]
        command = [*program, "--within", folder, "--weights", options.weights]
        surroundings = {"CHECKPOINT_DIR": folder, "TENSORBOARD_DIR": folder, "PROGRESS": "quiet"}
        surroundings["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
        rounds = []
        for _ in range(options.rounds + 1):
            done = subprocess.run(
                command, env=os.environ | surroundings, check=True, stdout=subprocess.PIPE
            )
            rounds.append(json.loads(done.stdout.splitlines()[-1]))
    del rounds[0]  # It also made the tracking store.
    print(
        f"weights {options.weights}, {options.height}×{options.width}, "
        f"median of {options.rounds} starts"
    )
    for name in rounds[0]:
        print(f"{name:<36}{statistics.median(measured[name] for measured in rounds):8.1f} s")


def _start(folder: Path, weights: str) -> None:
    """Trains for one step, and prints the seconds of each stage as JSON."""
    import psutil

    begun = psutil.Process().create_time()
    from components.shared.runtime import backend
    from components.train.params import TrainParams

    seconds = {"Python": time.time() - begun}
    _time(seconds, backend, "load", "TensorFlow")
    backend.load()
    before = time.time()
    from components.shared.tracking import step_runs
    from components.train import assembly, step
    from components.train.checkpoints import run_key
    from components.train.devices import train_step
    from components.train.loop import validation
    from components.train.model import network

    seconds["Keras and the project's modules"] = time.time() - before
    for module, name, stage in (
        (run_key.Key, "of", "hash of the data"),
        (assembly, "compiled", "network with its first weights"),
        (network, "clone_in_precision", "its clone for the validation"),
        (step_runs, "connect", "tracking store"),
        (validation, "embed", "first validation"),
    ):
        _time(seconds, module, name, stage)
    ends: list[float] = []
    _time(seconds, train_step, "begin_step", "first step, with its tracing", ends)
    params = TrainParams(weights=weights, steps=1, forgeries_per_identity=0)
    step.run(params, folder / "prepared", folder / "split", folder / "out")
    total = ends[0] - begun
    seconds["the rest"] = total - sum(seconds.values())
    print(json.dumps(seconds | {"from the start to the first step": total}))


def _time(
    seconds: dict[str, float], module: Any, name: str, stage: str, ends: list[float] | None = None
) -> None:
    """Notes how long a function takes the first time, and when it ends."""
    function = getattr(module, name)

    def timed(*arguments: Any, **keywords: Any) -> Any:
        before = time.time()
        result = function(*arguments, **keywords)
        seconds.setdefault(stage, time.time() - before)
        if ends is not None:
            ends.append(time.time())
        return result

    setattr(module, name, timed)


def _make_data(folder: Path, height: int, width: int) -> None:
    """Writes a store of noise: 20 identities × 4 images, half of them to train on."""
    import numpy as np
    import pandas as pd

    from components.shared.data import partition
    from components.shared.data.image_store import write_store
    from components.shared.data.normalisation import Normalisation

    index = pd.DataFrame(
        {"path": [f"{n}.png" for n in range(80)], "identity": [str(n // 4) for n in range(80)]}
    )
    index = index.assign(
        kind="genuine", sha256=[f"{n:064x}" for n in range(80)], height=height, width=width
    )
    images = np.random.default_rng(0).integers(0, 256, (80, height, width, 1), np.uint8)
    for name in ("prepared", "split"):
        (folder / name).mkdir()
    write_store(folder / "prepared", images, index, Normalisation(height=height, width=width))
    part = ["train" if n < 40 else "val" for n in range(80)]
    partition.write(
        pd.DataFrame({"row": range(80), "part": part, "fold": -1}), index, folder / "split"
    )


if __name__ == "__main__":
    main()
