"""Step-wise curves, to MLflow and to a TensorBoard log that can be watched while the run goes on."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from components.shared.files import project_root
from components.shared.run import Run


class Curves:
    """Writes figures to a tracked run and to `$TENSORBOARD_DIR/<name>` (default mlruns/tensorboard).

    Args:
        tracked: the MLflow run.
        name: folder of the TensorBoard log.
        goes_on: whether an earlier log of that name is continued; otherwise it is removed.
    """

    def __init__(self, tracked: Run, name: str, goes_on: bool) -> None:
        from tensorboard.summary import Writer

        self.tracked = tracked
        self.folder = Path(os.environ.get("TENSORBOARD_DIR") or project_root() / "mlruns" / "tensorboard") / name
        if not goes_on:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._writer = Writer(str(self.folder))

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Writes the figures of a step; those that are not finite are left out."""
        finite = {name: value for name, value in values.items() if np.isfinite(value)}
        for name, value in finite.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()
        self.tracked.log_metrics(finite, step=step)

    def close(self) -> None:
        """Ends the TensorBoard log and keeps a copy of it with the run."""
        self._writer.close()
        self.tracked.log_artifacts(self.folder, "tensorboard")
