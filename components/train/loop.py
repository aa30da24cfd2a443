"""The training loop: steps, validation, checkpoints, curves."""

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
from tqdm import tqdm

from components.shared.errors import InputError
from components.train.checkpoint import Arrays, Checkpoints, State
from components.train.curves import Curves
from components.train.feed import Fed
from components.train.params import TrainParams
from components.train.validation import Validation, criterion

LOG_EVERY = 10


class Trainer:
    """Drives a compiled model through the steps, keeping the weights that were best on val.

    Args:
        model: a compiled keras.Model.
        params: section `train`.
        validation: scores a model on val.
    """

    def __init__(self, model: Any, params: TrainParams, validation: Validation) -> None:
        self.model, self.params, self.validation = model, params, validation
        model.optimizer.build(model.trainable_variables)
        self.step = 0
        self.history: list[dict[str, float]] = []
        self.losses: list[float] = []
        self.best_figures: dict[str, float] = {}
        self.best: Arrays = []

    def fit(self, batches: Iterable[Fed], checkpoints: Checkpoints, curves: Curves) -> dict[str, float]:
        """Consumes the batches of the remaining steps.

        Returns:
            The figures of the best validation, and the step it was at.

        Raises:
            InputError: the loss is not finite.
            KeyboardInterrupt: after a checkpoint was written.
        """
        if self._validation_is_due():
            self._validate(curves)
        progress = tqdm(total=self.params.steps, initial=self.step, desc="train", unit="step", file=sys.stderr)
        try:
            for images, labels in batches:
                self.losses.append(self._train(images, labels))
                self.step += 1
                progress.update()
                progress.set_postfix_str(self._summary(self.losses[-1]))
                last = self.step == self.params.steps
                if self.step % LOG_EVERY == 0 or last:
                    self._record(curves)
                if self.step % self.params.validate_every == 0 or last:
                    self._validate(curves)
                if self.step % self.params.checkpoint_every == 0 and not last:
                    self._save(checkpoints, curves)
        except KeyboardInterrupt:
            self._save(checkpoints, curves)
            raise
        finally:
            progress.close()
        return {name: value for name, value in self.best_figures.items() if not name.startswith("train/")}

    def best_model(self) -> Any:
        """The model with the weights that were best on val."""
        self.model.set_weights(self.best)
        return self.model

    def restore(self, state: State) -> None:
        """Puts everything back to where a checkpoint was written."""
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)
        self.step, self.history, self.losses, self.best = state.step, state.history, state.losses, state.best
        validated = [row for row in self.history if np.isfinite(criterion(row))]
        self.best_figures = min(validated, key=criterion)

    def _train(self, images: Any, labels: Any) -> float:
        # Dropout's state follows from the step, so that a resumed run draws what an uninterrupted one would.
        generator = self.model.get_layer("dropout").seed_generator
        generator.state.assign(np.array([self.params.seed, self.step], dtype=generator.state.dtype))
        loss = float(self.model.train_on_batch(images, labels))
        self.model.reset_metrics()
        if not np.isfinite(loss):
            raise InputError(
                f"train: the loss is {loss} at step {self.step + 1}; "
                f"lower train.learning_rate or set train.precision to float32"
            )
        return loss

    def _record(self, curves: Curves) -> None:
        values = {
            "train/loss": float(np.mean(self.losses)),
            "train/learning_rate": float(self.model.optimizer.learning_rate),
        }
        self.losses.clear()
        self.history.append({"step": self.step, **values})
        curves.log(values, self.step)

    def _validation_is_due(self) -> bool:
        """Before the first step, and after an interruption that came in the middle of a validation."""
        due = self.step % self.params.validate_every == 0 or self.step == self.params.steps
        return due and not any(row["step"] == self.step and np.isfinite(criterion(row)) for row in self.history)

    def _validate(self, curves: Curves) -> None:
        scores = self.validation.score(self.model)
        if not np.isfinite(criterion(scores)):
            raise InputError(
                f"train: val has {self.validation.described}, which leaves nothing to compare; raise split.val"
            )
        if self.history and self.history[-1]["step"] == self.step:
            self.history[-1].update(scores)
        else:
            self.history.append({"step": self.step, **scores})
        curves.log(scores, self.step)
        if not self.best or criterion(scores) < criterion(self.best_figures):
            self.best, self.best_figures = self.model.get_weights(), {"step": self.step, **scores}

    def _save(self, checkpoints: Checkpoints, curves: Curves) -> None:
        values = [np.asarray(variable) for variable in self._variables()]
        checkpoints.save(State(self.step, values, self.best, self.history, self.losses, curves.tracked.run_id))

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _summary(self, loss: float) -> str:
        figures = [f"loss {loss:.3f}"]
        if np.isfinite(criterion(self.best_figures)):
            figures.append(f"best val EER {100 * criterion(self.best_figures):.1f} %")
        return ", ".join(figures)
