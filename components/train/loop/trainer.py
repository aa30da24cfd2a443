"""The training loop: steps, validation, checkpoints, curves."""

import logging
import math
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.verification.metric_names import criterion
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.state import Arrays, State
from components.train.data.batches import Batches
from components.train.data.prefetch import Batch
from components.train.devices import train_step
from components.train.labels import Tensor
from components.train.loop.collapse import PATIENCE, CollapseWatch
from components.train.loop.history import History
from components.train.loop.interruption import Stop
from components.train.loop.optimizer import learning_rate
from components.train.loop.validation import Validation
from components.train.loop.weights import averaged_weights, copy_values
from components.train.monitoring.metrics_log import MetricsLog
from components.train.params import TrainParams

logger = logging.getLogger(__name__)


class PendingStep(NamedTuple):
    """A step that was begun and whose figures have not been read.

    Attributes:
        number: of the step, from 1.
        batch: it is trained on.
        logs: of `train_step.begin_step`.
    """

    number: int
    batch: Batch
    logs: dict[str, Tensor]


class Trainer:
    """A training of a compiled model, which keeps the weights that were best on val.

    Args:
        model: a compiled `TripletModel` whose optimizer is built.
        candidate: the embedder once more, to be validated and exported: it is given the trained (or
            averaged) weights.
        params: section `train`.
        batches: of the training.
        validation: scores an embedder on val.
        checkpoints: of this run.

    Attributes:
        step: steps begun.
        history: the figures so far.
        start: weights of the embedder before the first step, where they are not random; empty
            before they are validated.
        best: weights of the embedder that was best on val; empty before the first validation.
        best_figures: the scores and the step of that validation.
    """

    def __init__(
        self,
        model: Any,
        candidate: Any,
        params: TrainParams,
        batches: Batches,
        validation: Validation,
        checkpoints: Checkpoints,
    ) -> None:
        self.model, self.candidate, self.params = model, candidate, params
        self.batches, self.validation, self.checkpoints = batches, validation, checkpoints
        self.step = 0
        self.history = History()
        self.start: Arrays = []
        self.best: Arrays = []
        self.best_figures: dict[str, float] = {}
        self._collapse = CollapseWatch(params.margin)
        self._pending: PendingStep | None = None
        self._last_batch: Batch | None = None
        self._last_loss = math.nan

    def fit(self, log: MetricsLog) -> dict[str, float]:
        """Trains for the remaining steps.

        Returns:
            The figures of the best validation, and the step it was at.

        Raises:
            InputError: the loss, the weights or the embeddings are not finite, or the disk is full.
            KeyboardInterrupt: Ctrl-C or (`Terminated`) SIGTERM, after a checkpoint was written.
        """
        with (
            Stop() as stop,
            progress_bar("train", "step", self.params.steps, initial=self.step) as bar,
            closing(self.batches.between(self.step, self.params.steps)) as remaining,
        ):
            if self._is_validation_due():
                self._validate(log, stop)
            for batch in remaining:
                if stop.requested:
                    break
                self._train(batch, log)
                bar.set_postfix_str(self._summary())
                bar.update()
                if self._is_due(self.params.validate_every) and not stop.requested:
                    self._validate(log, stop)
                if self._is_due(self.params.checkpoint_every) and not stop.requested:
                    self._save(log)
            if stop.requested:
                self._save(log)
                raise stop.exception()
        return {
            name: value
            for name, value in self.best_figures.items()
            if not name.startswith("train/")
        }

    def best_embedder(self) -> Any:
        """Returns the embedder with the weights that were best on val."""
        self.candidate.set_weights(self.best)
        return self.candidate

    def start_embedder(self) -> Any | None:
        """Returns the same embedder with the weights that it started from.

        Returns:
            None where these were random, or no later ones were better.
        """
        if not self.start or not self.best_figures["step"]:
            return None
        self.candidate.set_weights(self.start)
        return self.candidate

    def restore(self, state: State) -> None:
        """Restores the training to the state of a checkpoint."""
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)
        self.step = state.step
        self.history.rows = state.history
        self.history.unlogged = state.unlogged
        self.start, self.best = state.start, state.best
        self.best_figures = self.history.row_at(state.best_step)
        self.batches.sampler.neighbours = state.neighbours

    def _train(self, batch: Batch, log: MetricsLog) -> None:
        """Begins a step, then reads the previous step's figures while a GPU computes it."""
        logs = train_step.begin_step(self.model, batch.images, batch.labels)
        self._read_pending(log)
        self.step += 1
        self._pending = PendingStep(self.step, batch, logs)

    def _finish_steps(self, log: MetricsLog) -> None:
        """Waits for the steps that were begun: their figures, and the weights after them."""
        self._read_pending(log)
        train_step.sync(self.model)

    def _read_pending(self, log: MetricsLog) -> None:
        """Reads the figures of the pending step, if there is one."""
        if self._pending is None:
            return
        number, self._last_batch, logs = self._pending
        self._pending = None
        figures = train_step.read_logs(logs)
        if not np.isfinite(figures["loss"]):
            raise self._divergence(f"the loss is {figures['loss']}", number)
        self.history.add_step(figures)
        self._last_loss = figures["loss"]
        if self._collapse.update(figures):
            logger.warning(
                "warning: the embeddings have collapsed: for %d steps all images have lain within "
                "%.1g of each other, the loss at the margin; lower train.learning_rate, or begin "
                "with mining semi-hard (train.warm_up)",
                PATIENCE,
                figures["spread"],
            )
            log.tracked.set_tags({"collapsed": f"step {number}"})
        if number % self.params.log_every == 0 or number == self.params.steps:
            values = self.history.log_steps(number, learning_rate(self.params, number))
            log.log(values, number)

    def _is_due(self, interval: int) -> bool:
        return self.step % interval == 0 or self.step == self.params.steps

    def _is_validation_due(self) -> bool:
        """Returns True before the first step, and after an interruption before or during a
        validation.
        """
        return self._is_due(self.params.validate_every) and not self.history.is_validated(self.step)

    def _validate(self, log: MetricsLog, stop: Stop) -> None:
        """Scores the embedder as it would be exported; a stop ends it without any change."""
        self._finish_steps(log)
        weights = self._candidate_weights()
        self.candidate.set_weights(weights)
        scores = neighbours = None
        with stop.interruptible():
            try:
                embeddings = self.validation.embed(self.candidate)
                neighbours = self.batches.find_neighbours(self.candidate) if self.step else None
            except ValueError as error:
                raise self._divergence(str(error), self.step) from error
            scores = self.validation.score(embeddings)
        if scores is None:
            return
        self.history.add_scores(self.step, scores)
        if not self.step and self.params.pretrained:
            self.start = weights
        if not self.best or criterion(scores) < criterion(self.best_figures):
            self.best, self.best_figures = weights, {"step": self.step, **scores}
        self.batches.sampler.neighbours = neighbours
        log.log(scores, self.step)
        images = self._last_batch.images if self._last_batch else None
        log.log_samples(embeddings, images, self.step)

    def _candidate_weights(self) -> Arrays:
        """Returns the embedder's weights, averaged over the steps if `average` is set."""
        if self.params.average and self.step:
            return averaged_weights(self.model)
        return copy_values(self.model.embedder.weights)

    def _save(self, log: MetricsLog) -> None:
        self._finish_steps(log)
        values = copy_values(self._variables())
        if not all(np.isfinite(value).all() for value in values):
            raise self._divergence("weights are not finite", self.step)
        state = State(
            step=self.step,
            variables=values,
            start=self.start,
            best=self.best,
            best_step=int(self.best_figures.get("step", 0)),
            history=self.history.rows,
            unlogged=self.history.unlogged,
            neighbours=self.batches.sampler.neighbours,
            run_id=log.tracked.run_id,
        )
        self.checkpoints.save(state)

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _divergence(self, reason: str, step: int) -> InputError:
        batch = ""
        if self._last_batch:
            batch = f", on {self.batches.describe(self._last_batch.rows)}"
        return InputError(
            f"train: {reason} at step {step}{batch}; "
            f"the last good checkpoint is {self.checkpoints.last or 'none'}; "
            f"lower train.learning_rate, or set train.precision to float32"
        )

    def _summary(self) -> str:
        figures = [] if math.isnan(self._last_loss) else [f"loss {self._last_loss:.3f}"]
        if self.best:
            figures.append(f"best val EER {100 * criterion(self.best_figures):.1f} %")
        return ", ".join(figures)
