"""Noticing that an embedder maps every image to one point: the loss then stays at the margin and
teaches nothing.
"""

from collections.abc import Mapping

from components.train.loss.triplet_loss import loss_at_a_point
from components.train.params import Margin

STEPS = 50


class CollapseWatch:
    """Tells once when the embeddings of `STEPS` steps in a row lay at one point.

    Args:
        margin: of the loss: a distance or `soft`.
    """

    def __init__(self, margin: Margin) -> None:
        self.loss_at_a_point = loss_at_a_point(margin)
        self._steps = 0

    def notices(self, figures: Mapping[str, float]) -> bool:
        """Takes a step's `spread` and `triplet`; True in the step that completes the row."""
        near = figures["spread"] < 0.02 * self.loss_at_a_point
        stuck = abs(figures["triplet"] - self.loss_at_a_point) < 0.05 * self.loss_at_a_point
        self._steps = self._steps + 1 if near and stuck else 0
        return self._steps == STEPS
