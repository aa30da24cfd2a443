"""Figures by step, logged to MLflow and, under TensorFlow, to TensorBoard."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from components.shared.storage.files import project_root
from components.shared.tracking.run import Run
from components.train.monitoring.tensorboard_log import TensorBoardLog

UNNAMED = "training"


class MetricsLog:
    """A log to a tracked run and to `$TENSORBOARD_DIR/<name of the run>` (default
    mlruns/tensorboard).

    Args:
        tracked: the MLflow run.
        resume: whether an earlier log of that name, or of the run's former one, is continued;
            otherwise it is removed.
    """

    def __init__(self, tracked: Run, resume: bool) -> None:
        self.tracked = tracked
        self._tensorboard: TensorBoardLog | None = None
        if keras.backend.backend() == "tensorflow":
            default = project_root() / "mlruns" / "tensorboard"
            root = Path(os.environ.get("TENSORBOARD_DIR") or default)
            folder = root / folder_name(tracked.record.name or tracked.run_id)
            if resume and tracked.former_name:
                _rename(root / folder_name(tracked.former_name), folder)
            self._tensorboard = TensorBoardLog(folder, resume)

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Logs the figures of a step; those that are not finite are left out."""
        finite = {name: value for name, value in values.items() if np.isfinite(value)}
        if self._tensorboard:
            self._tensorboard.scalars(finite, step)
        self.tracked.log_curves(finite, step)

    def log_samples(
        self, embeddings: NDArray[np.float32], images: NDArray[np.uint8] | None, step: int
    ) -> None:
        """Logs, to TensorBoard only, the distribution of val's embeddings and images of a batch.

        Args:
            embeddings: float32 [n, D].
            images: uint8 [B, H, W, C], augmented, as the network is given them.
            step: of the validation.
        """
        if self._tensorboard:
            self._tensorboard.histogram("val/embeddings", embeddings, step)
            if images is not None:
                self._tensorboard.images("train/images", images, step)

    def close(self) -> None:
        """Ends the TensorBoard log and copies it to the run without the images, which stay on this
        machine.
        """
        for path in self._tensorboard.close() if self._tensorboard else ():
            self.tracked.log_artifacts(path, "tensorboard")


def folder_name(name: str | None) -> str:
    """Returns a run's name without characters that would not do in the name of a folder."""
    return re.sub(r"[^\w=,+ .-]", "_", name or "").strip(" .") or UNNAMED


def _rename(former: Path, folder: Path) -> None:
    if former.is_dir() and not folder.exists():
        former.rename(folder)
