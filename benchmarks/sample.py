"""Error rates of the default run on the generated sample, and of the floors, for several seeds.

    python -m benchmarks.sample --seeds 0 1 2

A seed is that of the generator and of the training; everything else is what params.yaml says. Each
seed's line gives the model's equal error rate with one reference, and for every floor its own and
the difference on the same comparisons, with 95 % intervals over identities.
"""

import logging
import os
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.arguments import parser
from components.shared.runtime import backend, cli
from components.shared.verification import metric_names
from components.shared.verification.metric_names import FLOORS, KINDS

Metrics = Mapping[str, float]


def main() -> None:
    """Prints the rates of each seed, and their mean and range."""
    arguments = parser("sample", __doc__)
    arguments.add_argument(
        "--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N", help="one run each"
    )
    arguments.add_argument(
        "--params", type=Path, default=Path("params.yaml"), metavar="FILE", help="parameters"
    )
    options = arguments.parse_args()
    os.environ["PROGRESS"] = "quiet"
    cli.execute(lambda: _run(options.seeds, options.params))


def _run(seeds: list[int], params: Path) -> None:
    backend.load()
    logging.disable()
    runs = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(evaluate(seed, params, Path(folder)))
        print("\n".join(lines(seed, runs[-1])), flush=True)
    print("\n".join(summary(runs)))


def prepare(seed: int, params: Path, folder: Path) -> tuple[Path, Path]:
    """Runs ingest, preprocess and split below a folder, where trainings then keep what they keep.

    Args:
        seed: of the generator.
        params: params.yaml.
        folder: also takes the checkpoints and the tracking store.

    Returns:
        The folders of the prepared images and of their split.
    """
    os.environ["CHECKPOINT_DIR"] = os.environ["TENSORBOARD_DIR"] = str(folder)
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
    from components.ingest import step as ingest
    from components.ingest.params import IngestParams
    from components.preprocess import step as preprocess
    from components.preprocess.params import PreprocessParams
    from components.shared.runtime.params import load
    from components.split import step as split
    from components.split.params import SplitParams

    ingested = load(IngestParams, "ingest", params)
    sample = ingested.sample.model_copy(update={"seed": seed})
    raw, prepared, parts = folder / "raw", folder / "prepared", folder / "split"
    ingest.run(ingested.model_copy(update={"source": "sample", "sample": sample}), raw)
    preprocess.run(
        load(PreprocessParams, "preprocess", params), raw, prepared, folder / "preprocess"
    )
    split.run(load(SplitParams, "split", params), prepared, parts)
    return prepared, parts


def evaluate(seed: int, params: Path, folder: Path) -> Metrics:
    """Runs ingest, preprocess, split, train and evaluate below a folder.

    Args:
        seed: of the generator and of the training.
        params: params.yaml.
        folder: also takes the checkpoints and the tracking store.

    Returns:
        The metrics of the evaluation.
    """
    prepared, parts = prepare(seed, params, folder)
    from components.evaluate import step as evaluate_step
    from components.evaluate.params import EvaluateParams
    from components.shared.runtime.params import load
    from components.train import step as train
    from components.train.params import TrainParams

    trained = load(TrainParams, "train", params).model_copy(update={"seed": seed})
    train.run(trained, prepared, parts, folder / "embedder")
    return evaluate_step.run(
        load(EvaluateParams, "evaluate", params),
        prepared,
        parts,
        folder / "embedder",
        folder / "evaluation",
    ).metrics


def lines(seed: int, metrics: Metrics) -> list[str]:
    """Returns a seed's rates in words, a line for each kind of impostor."""
    result = []
    for kind in KINDS:
        model = f"{metric_names.verification(kind, 1)}/eer"
        if model not in metrics:
            continue
        parts = [f"seed {seed}, {kind}: {_rate(metrics, model)}"]
        for floor, name in FLOORS.items():
            eer = f"{metric_names.floor(floor, kind)}/eer"
            if eer in metrics:
                gap = _rate(metrics, f"{eer}_difference", signed=True)
                parts.append(f"{name} {100 * metrics[eer]:.1f}, difference {gap}")
        result.append("; ".join(parts))
    return result


def summary(runs: list[Metrics]) -> list[str]:
    """Returns the mean and the range of the model's rates over the seeds, in words."""
    result = []
    for kind in KINDS:
        key = f"{metric_names.verification(kind, 1)}/eer"
        rates = [100 * run[key] for run in runs if key in run]
        if rates:
            middle = statistics.mean(rates)
            result.append(
                f"{kind}: mean {middle:.1f} %, from {min(rates):.1f} to {max(rates):.1f}, "
                f"{len(rates)} seeds"
            )
    return result


def _rate(metrics: Metrics, key: str, signed: bool = False) -> str:
    """Returns a rate in per cent with its interval, where it has one."""
    form = "+.1f" if signed else ".1f"
    low, high = metric_names.ends(key)
    text = f"{100 * metrics[key]:{form}}"
    if low not in metrics:
        return text
    return f"{text} ({100 * metrics[low]:{form}} to {100 * metrics[high]:{form}})"


if __name__ == "__main__":
    main()
