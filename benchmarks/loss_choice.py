"""Losses side by side: which ones, and how much each differs from the first of them."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from components.shared.verification.metric_names import KINDS
from components.train.params import Margin, TrainParams

if TYPE_CHECKING:
    from components.evaluate.scoring.verification import Verification
    from components.shared.verification.comparisons import Comparisons


class Loss(NamedTuple):
    """A loss of the train step, as `train.mining` and `train.margin`."""

    mining: str
    margin: Margin

    def __str__(self) -> str:
        return f"{self.mining}:{self.margin}"

    def of(self, params: TrainParams) -> TrainParams:
        """Returns section `train` with this loss in place of its own."""
        return TrainParams.model_validate(params.model_dump() | self._asdict())


def read(text: str) -> Loss:
    """Reads a loss.

    >>> read("hard:soft"), read("all:0.5")
    (Loss(mining='hard', margin='soft'), Loss(mining='all', margin=0.5))

    Raises:
        argparse.ArgumentTypeError: the train step has no such loss.
    """
    mining, _, margin = text.partition(":")
    try:
        loss = Loss(mining, "soft" if margin == "soft" else float(margin))
        loss.of(TrainParams())
    except (ValueError, ValidationError):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no loss: write MINING:MARGIN, as in hard:soft or semi-hard:0.5"
        ) from None
    return loss


def add(arguments: argparse.ArgumentParser, default: Sequence[str]) -> None:
    """Adds the losses, None where none is named; `default` are those that are then compared."""
    arguments.add_argument(
        "--losses",
        nargs="+",
        type=read,
        metavar="MINING:MARGIN",
        help=f"as train.mining and train.margin, the reference first (default: "
        f"{' '.join(default)})",
    )


def lines(scores: "Mapping[str, Sequence[Comparisons]]") -> list[str]:
    """Returns the equal error rates under each loss, and their paired differences from the first.

    Args:
        scores: by loss, the same comparisons with one reference in the same folds.
    """
    from benchmarks import folds

    result: list[str] = []
    for kind in KINDS:
        by_loss = {loss: folds.pool(parts, kind) for loss, parts in scores.items()}
        if all(len(pooled.impostor.distance) for pooled in by_loss.values()):
            result += _lines_of(kind, by_loss)
    return result


def _lines_of(kind: str, by_loss: "Mapping[str, Verification]") -> Iterator[str]:
    from benchmarks import words
    from components.evaluate.scoring import confidence_intervals

    first, *_ = by_loss
    reference = confidence_intervals.eer(by_loss[first])
    scored = by_loss[first].scored
    yield f"{kind}, {len(scored.names)} identities, {scored.n_pairs:,} comparisons: EER in %"
    for loss, pooled in by_loss.items():
        estimate = confidence_intervals.eer(pooled)
        text = f"{loss:<16}{words.rate(estimate):<18}"
        if loss != first:
            text += f"minus {first}: {words.difference(estimate, reference)}"
        yield text.rstrip()
