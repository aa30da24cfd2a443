"""The training loop: steps, validation, checkpoints, curves."""

import logging
import math
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.verification.metric_names import criterion
from components.train.checkpoints.checkpoints import Arrays, Checkpoints, State
from components.train.data.batches import Batches
from components.train.data.prefetch import Batch
from components.train.devices import replicas
from components.train.labels import Tensor
from components.train.loop.collapse import STEPS, CollapseWatch
from components.train.loop.interruption import Stop
from components.train.loop.optimizer import learning_rate
from components.train.loop.validation import Validation
from components.train.monitoring.metrics_log import Curves
from components.train.params import TrainParams

logger = logging.getLogger(__name__)


class Begun(NamedTuple):
    """A step whose figures have not been read."""

    number: int
    batch: Batch
    logs: dict[str, Tensor]


class Trainer:
    """Drives a compiled model through the steps, keeping the weights that were best on val.

    Args:
        model: a compiled `TripletModel` whose optimizer is built.
        candidate: the embedder once more, to be validated and exported: it is given the trained (or
            averaged) weights.
        params: section `train`.
        batches: of the training.
        validation: scores an embedder on val.
        checkpoints: of this run.
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
        self.history: list[dict[str, float]] = []
        self.pending: list[dict[str, float]] = []
        self.best: Arrays = []
        self.best_figures: dict[str, float] = {}
        self._collapse = CollapseWatch(params.margin)
        self._begun: Begun | None = None
        self._last: Batch | None = None
        self._loss = math.nan

    def fit(self, curves: Curves) -> dict[str, float]:
        """Takes the remaining steps.

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
            if self._validation_is_due():
                self._validate(curves, stop)
            for batch in remaining:
                if stop.asked:
                    break
                self._train(batch, curves)
                bar.set_postfix_str(self._summary())
                bar.update()
                if self._is_due(self.params.validate_every) and not stop.asked:
                    self._validate(curves, stop)
                if self._is_due(self.params.checkpoint_every) and not stop.asked:
                    self._save(curves)
            if stop.asked:
                self._save(curves)
                raise stop.reason()
        return {
            name: value
            for name, value in self.best_figures.items()
            if not name.startswith("train/")
        }

    def best_embedder(self) -> Any:
        """The embedder with the weights that were best on val."""
        self.candidate.set_weights(self.best)
        return self.candidate

    def restore(self, state: State) -> None:
        """Puts everything back to where a checkpoint was written."""
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)
        self.step, self.history, self.pending, self.best = (
            state.step,
            state.history,
            state.pending,
            state.best,
        )
        self.best_figures = next(
            (row for row in self.history if row["step"] == state.best_step), {}
        )
        self.batches.sampler.neighbours = state.neighbours

    def _train(self, batch: Batch, curves: Curves) -> None:
        """Begins a step, and reads the figures of the one before while a GPU computes it."""
        logs = replicas.begin_step(self.model, batch.images, batch.labels)
        self._settle(curves)
        self.step += 1
        self._begun = Begun(self.step, batch, logs)

    def _catch_up(self, curves: Curves) -> None:
        """Waits for the steps that were begun: their figures, and the weights after them."""
        self._settle(curves)
        replicas.sync(self.model)

    def _settle(self, curves: Curves) -> None:
        """Reads the figures of the step that was begun last, if they have not been."""
        if self._begun is None:
            return
        (number, self._last, logs), self._begun = self._begun, None
        figures = replicas.read(logs)
        if not np.isfinite(figures["loss"]):
            raise self._diverged(f"the loss is {figures['loss']}", number)
        self.pending.append(figures)
        self._loss = figures["loss"]
        if self._collapse.notices(figures):
            logger.warning(
                "warning: the embeddings have collapsed: for %d steps all images have lain within %.1g of each other, "
                "the loss at the margin; lower train.learning_rate, or begin with mining semi-hard (train.warm_up)",
                STEPS,
                figures["spread"],
            )
            curves.tracked.set_tags({"collapsed": f"step {number}"})
        if number % self.params.log_every == 0 or number == self.params.steps:
            self._record(curves, number)

    def _record(self, curves: Curves, step: int) -> None:
        values = {
            f"train/{name}": float(np.mean([figures[name] for figures in self.pending]))
            for name in self.pending[0]
        }
        values["train/learning_rate"] = learning_rate(self.params, step)
        self.pending = []
        self.history.append({"step": step, **values})
        curves.log(values, step)

    def _is_due(self, every: int) -> bool:
        return self.step % every == 0 or self.step == self.params.steps

    def _validation_is_due(self) -> bool:
        """Before the first step, and after an interruption that came before or in the middle of a
        validation.
        """
        validated = any(
            row["step"] == self.step and np.isfinite(criterion(row)) for row in self.history
        )
        return self._is_due(self.params.validate_every) and not validated

    def _validate(self, curves: Curves, stop: Stop) -> None:
        """Scores the embedder as it would be exported; changes nothing where it is cut short by a
        stop.
        """
        self._catch_up(curves)
        weights = self._weights()
        self.candidate.set_weights(weights)
        scores = neighbours = None
        with stop.may_cut_short():
            try:
                embeddings = self.validation.embed(self.candidate)
                neighbours = self.batches.find_neighbours(self.candidate) if self.step else None
            except ValueError as error:
                raise self._diverged(str(error)) from error
            scores = self.validation.score(embeddings)
        if scores is None:
            return
        if self.history and self.history[-1]["step"] == self.step:
            self.history[-1].update(scores)
        else:
            self.history.append({"step": self.step, **scores})
        if not self.best or criterion(scores) < criterion(self.best_figures):
            self.best, self.best_figures = weights, {"step": self.step, **scores}
        self.batches.sampler.neighbours = neighbours
        curves.log(scores, self.step)
        curves.show(embeddings, self._last.images if self._last else None, self.step)

    def _weights(self) -> Arrays:
        """The embedder's weights; those that are trained averaged over the steps where `average`
        says so.
        """
        if not (self.params.average and self.step):
            return _values(self.model.embedder.weights)
        trained = self.model.trainable_variables
        before = _values(trained)
        self.model.optimizer.finalize_variable_values(trained)
        averaged = _values(self.model.embedder.weights)
        for variable, value in zip(trained, before, strict=True):
            variable.assign(value)
        return averaged

    def _save(self, curves: Curves) -> None:
        self._catch_up(curves)
        values = _values(self._variables())
        if not all(np.isfinite(value).all() for value in values):
            raise self._diverged("weights are not finite")
        self.checkpoints.save(
            State(
                self.step,
                values,
                self.best,
                int(self.best_figures.get("step", 0)),
                self.history,
                self.pending,
                self.batches.sampler.neighbours,
                curves.tracked.run_id,
            )
        )

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _diverged(self, what: str, step: int | None = None) -> InputError:
        batch = f", on {self.batches.describe(self._last.rows)}" if self._last else ""
        step = self.step if step is None else step
        return InputError(
            f"train: {what} at step {step}{batch}; the last good checkpoint is {self.checkpoints.last or 'none'}; "
            f"lower train.learning_rate, or set train.precision to float32"
        )

    def _summary(self) -> str:
        figures = [] if math.isnan(self._loss) else [f"loss {self._loss:.3f}"]
        if self.best:
            figures.append(f"best val EER {100 * criterion(self.best_figures):.1f} %")
        return ", ".join(figures)


def _values(variables: list[Any]) -> Arrays:
    """Copies, which later steps leave as they are."""
    return [np.array(variable.numpy()) for variable in variables]
