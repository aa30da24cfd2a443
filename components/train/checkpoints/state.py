"""The state of a run, of which a checkpoint is made."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]


class State(NamedTuple):
    """All that a run needs to resume after `step` steps.

    Attributes:
        step: steps done.
        variables: values of the model's and the optimizer's variables.
        start: weights of the embedder before the first step, where they are not random; empty
            before they are validated.
        best: weights of the embedder that was best on val; empty before the first validation.
        best_step: the step of those weights.
        history: rows of history.csv.
        unlogged: training figures of the steps since the last row.
        neighbours: the sampler's confusable identities, int [identities, k], if it has any.
        run_id: id of the MLflow run.
    """

    step: int
    variables: Arrays
    start: Arrays
    best: Arrays
    best_step: int
    history: list[dict[str, float]]
    unlogged: list[dict[str, float]]
    neighbours: NDArray[np.int64] | None
    run_id: str | None

    def unchanging(self) -> dict[str, tuple[Arrays, object]]:
        """Returns the arrays that many checkpoints share, by file, and what tells them apart."""
        return {
            "start.npz": (self.start, len(self.start)),
            "best.npz": (self.best, (self.best_step, len(self.best))),
        }
