"""MLflow's names of figures: few of them, and in the order of their importance.

MLflow sorts charts by name, in a section for each prefix: `train/loss`, the curves of `val/`, the
evaluation under `verify/`, and what helps to understand a training under `watch/`.
"""

from collections.abc import Iterator, Mapping

from components.shared.verification.metric_names import BASELINES, KINDS, VAL, floor
from components.shared.verification.summary_figures import summarise

LOSS = "train/loss"
TRAIN, EVALUATION, WATCH = "train/", "verify/", "watch/"
SPREAD = ("mean", "sd")
"""Ends of the names of figures over the folds of a cross-validation."""


def curves(figures: Mapping[str, float]) -> dict[str, float]:
    """Renames a training's figures of one step, by their names in history.csv."""
    on_val: dict[str, float] = {}
    curves: dict[str, float] = {}
    for name, value in figures.items():
        if name.startswith(VAL):
            on_val[name.removeprefix(VAL)] = value
        elif name.startswith(TRAIN):
            curves[name if name == LOSS else f"{WATCH}{name.removeprefix(TRAIN)}"] = value
    return curves | {f"{VAL}{name}": value for name, value in summarise(on_val).items()}


def evaluation(metrics: Mapping[str, float]) -> dict[str, float]:
    """Selects and renames the figures of an evaluation that people compare.

    They are those of summary.json, the EERs of the floors and of the start, and `…_mean` and
    `…_sd` over folds.
    """
    figures = summarise(metrics) | dict(_floors(metrics))
    for end in SPREAD:
        over_folds = {}
        for name, value in metrics.items():
            if name.endswith(f"_{end}"):
                over_folds[name.removesuffix(f"_{end}")] = value
        figures |= {f"{name}_{end}": value for name, value in summarise(over_folds).items()}
    return {f"{EVALUATION}{name}": value for name, value in figures.items()}


def _floors(metrics: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yields the EER of each floor and of the start, on skilled forgeries or else random ones."""
    for name in BASELINES:
        for kind in KINDS:
            rate = f"{floor(name, kind)}/eer"
            if rate in metrics:
                yield f"floor_{name}", metrics[rate]
                break
