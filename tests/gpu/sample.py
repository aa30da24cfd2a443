"""The steps of the pipeline on a share of the sample, in this process."""

from pathlib import Path
from typing import Any

from components.evaluate.params import EvaluateParams
from components.ingest.params import IngestParams, SampleParams
from components.preprocess.params import PreprocessParams
from components.split.params import SplitParams
from components.train.params import TrainParams


def prepare(folder: Path, identities: int) -> Path:
    """Writes raw/, prepared/ and split/ of so many generated identities, and returns the folder."""
    from components.ingest import step as ingest
    from components.preprocess import step as preprocess
    from components.split import step as split

    ingest.run(IngestParams(sample=SampleParams(identities=identities)), folder / "raw")
    preprocess.run(PreprocessParams(), folder / "raw", folder / "prepared")
    split.run(SplitParams(), folder / "prepared", folder / "split")
    return folder


def train_and_evaluate(data: Path, folder: Path, precision: Any, steps: int) -> None:
    """Writes embedder/ and evaluation/ of a training in a precision."""
    from components.evaluate import step as evaluate
    from components.train import step as train

    params = TrainParams(precision=precision, steps=steps, validate_every=steps)
    inputs = data / "prepared", data / "split"
    train.run(params, *inputs, folder / "embedder")
    evaluate.run(EvaluateParams(), *inputs, folder / "embedder", folder / "evaluation")
