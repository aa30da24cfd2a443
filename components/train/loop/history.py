"""The rows of history.csv: training figures averaged over some steps, and validation scores."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from components.shared.data.csv_tables import write_csv
from components.shared.verification.metric_names import criterion

Figures = dict[str, float]
LOSS = "train/loss"
CRITERION = "val/eer"
"""Column of the rate that the best checkpoint is chosen by."""


class History:
    """The figures of a training by step.

    Attributes:
        rows: figures by name, each row with its `step`, in the order of the steps.
        unlogged: training figures of the steps since the last row of them.
    """

    def __init__(self) -> None:
        self.rows: list[Figures] = []
        self.unlogged: list[Figures] = []

    def add_step(self, figures: Figures) -> None:
        """Adds a step's figures, to be logged later."""
        self.unlogged.append(figures)

    def log_steps(self, step: int, learning_rate: float) -> Figures:
        """Appends a row with the means of the unlogged steps.

        Args:
            step: the last of them.
            learning_rate: after that step.

        Returns:
            The means by name, `train/…`, and the learning rate.
        """
        values = {}
        for name in self.unlogged[0]:
            values[f"train/{name}"] = float(np.mean([figures[name] for figures in self.unlogged]))
        values["train/learning_rate"] = learning_rate
        self.unlogged = []
        self.rows.append({"step": step, **values})
        return values

    def add_scores(self, step: int, scores: Mapping[str, float]) -> None:
        """Adds a validation's scores to the row of its step, or as a row of their own."""
        if self.rows and self.rows[-1]["step"] == step:
            self.rows[-1].update(scores)
        else:
            self.rows.append({"step": step, **scores})

    def is_validated(self, step: int) -> bool:
        """Returns whether a row of the step has a validation's scores."""
        return any(row["step"] == step and np.isfinite(criterion(row)) for row in self.rows)

    def write(self, path: Path) -> None:
        """Writes the rows as history.csv; what a row lacks is `NaN`.

        `CRITERION` stands beside the figures: one name for data with forgeries and without. `LOSS`
        has its column also where no step was done, since DVC plots it.
        """
        table = pd.DataFrame(self.rows)
        table[LOSS] = table.get(LOSS, np.nan)
        rates = pd.Series([criterion(row) for row in self.rows], dtype=float)
        table[CRITERION] = rates.where(np.isfinite(rates))
        write_csv(table, path, digits=None)

    def row_at(self, step: int) -> Figures:
        """Returns the first row of a step; an empty one if there is none."""
        return next((row for row in self.rows if row["step"] == step), {})
