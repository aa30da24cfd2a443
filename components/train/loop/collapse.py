"""Detection of a collapse: the embedder maps every image to one point, the loss stays at the margin
and teaches nothing.
"""

from collections.abc import Mapping

from components.train.loss.triplet_loss import loss_at_a_point
from components.train.params import Margin

PATIENCE = 50  # steps in a row


class CollapseWatch:
    """A watch over the figures of the steps, which reports a collapse once.

    Args:
        margin: of the loss: a distance or `soft`.

    Attributes:
        loss_at_a_point: the triplet loss of embeddings that are all equal.
    """

    def __init__(self, margin: Margin) -> None:
        self.loss_at_a_point = loss_at_a_point(margin)
        self._steps = 0

    def update(self, figures: Mapping[str, float]) -> bool:
        """Takes a step's `spread` and `triplet`.

        Returns:
            True in the step that completes `PATIENCE` collapsed ones in a row, else False.
        """
        near = figures["spread"] < 0.02 * self.loss_at_a_point
        stuck = abs(figures["triplet"] - self.loss_at_a_point) < 0.05 * self.loss_at_a_point
        self._steps = self._steps + 1 if near and stuck else 0
        return self._steps == PATIENCE
