"""Step-wise curves, to MLflow and, under TensorFlow, to a TensorBoard log."""

import os
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from components.shared.storage.files import project_root
from components.shared.tracking.run import Run
from components.train.monitoring.tensorboard_log import Board


class Curves:
    """Writes figures to a tracked run and to `$TENSORBOARD_DIR/<name>` (default
    mlruns/tensorboard).

    Args:
        tracked: the MLflow run.
        name: folder of the TensorBoard log.
        resume: whether an earlier log of that name is continued; otherwise it is removed.
    """

    def __init__(self, tracked: Run, name: str, resume: bool) -> None:
        self.tracked = tracked
        self._board: Board | None = None
        if keras.backend.backend() == "tensorflow":
            base = Path(
                os.environ.get("TENSORBOARD_DIR") or project_root() / "mlruns" / "tensorboard"
            )
            self._board = Board(base / name, resume)

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Writes the figures of a step; those that are not finite are left out."""
        finite = {name: value for name, value in values.items() if np.isfinite(value)}
        if self._board:
            self._board.scalars(finite, step)
        self.tracked.log_metrics(finite, step=step)

    def show(
        self, embeddings: NDArray[np.float32], seen: NDArray[np.uint8] | None, step: int
    ) -> None:
        """Shows, on TensorBoard only, the distribution of val's embeddings and the last batch as
        the network saw it.
        """
        if self._board:
            self._board.histogram("val/embeddings", embeddings, step)
            if seen is not None:
                self._board.pictures("train/images", seen, step)

    def close(self) -> None:
        """Ends the TensorBoard log and keeps a copy with the run, without the pictures, which stay
        on this machine.
        """
        for path in self._board.close() if self._board else ():
            self.tracked.log_artifacts(path, "tensorboard")
