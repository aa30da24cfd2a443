"""Plots of likelihood ratios: Tippett, empirical cross-entropy, and reliability.

Axes are decimal, as is usual in forensic reports: 2 stands for a likelihood ratio (LR) of 100.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.report.plot_style import COLOURS, NEUTRAL, add_legend, new_figure
from components.shared.verification.likelihood_ratio import LN10, cross_entropy
from components.shared.verification.pooled_ratios import pool

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
HEIGHT, LEGEND_HEIGHT = 3.0, 0.8
LINE_WIDTH = 1.8
POINTS = 401
MOST_BITS = 1.5
WIDEST = 7.0
"""Decimal LLRs beyond it are not shown."""
PRIORS = np.linspace(-2.5, 2.5, 101)
"""Decimal prior log-odds of a genuine claim."""


class Answers(NamedTuple):
    """Likelihood ratios of one kind of impostor and one number of references.

    Attributes:
        kind: `skilled` or `random`.
        references: how many a claim has.
        genuine: [n], natural LLRs of genuine comparisons, against this kind of impostor.
        impostor: [m], natural LLRs of comparisons with it.
    """

    kind: str
    references: int
    genuine: Floats
    impostor: Floats


def tippett(answers: Sequence[Answers], part: str) -> "Figure":
    """Plots the share of comparisons with at least so large an LR, in per cent.

    Genuine comparisons are full lines, impostors broken ones. At LR = 1 a full line lacks the
    genuine comparisons that are misled, and a broken one is the impostors that are.

    Args:
        answers: one at least; those of each number of references have axes of their own.
        part: the part of the split, for the titles.
    """
    figure, rows = _axes(answers, f"Tippett, {part}")
    span = _span(answers)
    limits = np.linspace(-span, span, POINTS)
    for axes, group in rows:
        for each in group:
            _draw(axes, each, limits, _percent_from(each.genuine, limits), "-", "genuine")
            _draw(axes, each, limits, _percent_from(each.impostor, limits), "--", "impostors")
        axes.axvline(0, color=NEUTRAL, linewidth=1, linestyle=":", label="LR = 1")
        axes.set(xlabel="log10 of the LR", ylabel="comparisons with it or more, %")
        axes.set(xlim=(-span, span), ylim=(0, 101))
    return add_legend(figure, rows[-1][0], 2)


def cross_entropies(answers: Sequence[Answers], part: str) -> "Figure":
    """Plots the empirical cross-entropy over prior log-odds, in bits; at 0 it is Cllr.

    A full line is the uncertainty that the answers leave, a broken one that which the best
    calibration would leave (at 0 the least Cllr), and the dotted one that without any evidence. A
    full line above the dotted one does harm at that prior.

    Arguments as `tippett`.
    """
    figure, rows = _axes(answers, f"Cross-entropy, {part}")
    priors = PRIORS * LN10
    for axes, group in rows:
        for each in group:
            given = cross_entropy(each.genuine, each.impostor, priors)
            blocks = pool(each.genuine, each.impostor)
            best = blocks.calibrate(each.genuine), blocks.calibrate(each.impostor)
            _draw(axes, each, PRIORS, given, "-", "as answered")
            _draw(axes, each, PRIORS, cross_entropy(*best, priors), "--", "best calibration")
        neutral = cross_entropy([0.0], [0.0], priors)
        axes.plot(PRIORS, neutral, color=NEUTRAL, linewidth=1, linestyle=":", label="no evidence")
        axes.set(xlabel="log10 of the prior odds, genuine", ylabel="cross-entropy, bits")
        axes.set(xlim=(PRIORS[0], PRIORS[-1]), ylim=(0, MOST_BITS))
    return add_legend(figure, rows[-1][0], 2)


def reliability(answers: Sequence[Answers], part: str) -> "Figure":
    """Plots the LR that comparisons show, pooled, over the one that was answered.

    On the dotted diagonal they are the same; where a line is nearer to 0 than it, answers were too
    strong.

    Arguments as `tippett`.
    """
    figure, rows = _axes(answers, f"Reliability, {part}")
    span = _span(answers)
    limits = np.linspace(-span, span, POINTS)
    for axes, group in rows:
        for each in group:
            seen = np.concatenate([each.genuine, each.impostor]) / LN10
            answered = limits[(limits >= seen.min()) & (limits <= seen.max())]
            observed = pool(each.genuine, each.impostor).calibrate(answered * LN10) / LN10
            _draw(axes, each, answered, np.clip(observed, -2 * span, 2 * span), "-", "")
        ends = (-span, span)
        axes.plot(ends, ends, color=NEUTRAL, linewidth=1, linestyle=":", label="as answered")
        axes.set(xlabel="log10 of the LR answered", ylabel="log10 of the LR observed")
        axes.set(xlim=ends, ylim=ends, aspect="equal")
    return add_legend(figure, rows[-1][0], 3)


def _axes(
    answers: Sequence[Answers], title: str
) -> tuple["Figure", list[tuple["Axes", list[Answers]]]]:
    """Returns a figure, and its axes with the answers of one number of references each."""
    counts = sorted({each.references for each in answers})
    figure, all_axes = new_figure(HEIGHT * len(counts) + LEGEND_HEIGHT, len(counts))
    rows = []
    for axes, references in zip(all_axes, counts, strict=True):
        axes.set_title(f"{title}, {references} reference{'' if references == 1 else 's'}")
        rows.append((axes, [each for each in answers if each.references == references]))
    return figure, rows


def _draw(axes: "Axes", answers: Answers, x: Floats, y: Floats, style: str, name: str) -> None:
    label = f"{answers.kind}: {name}" if name else answers.kind
    colour = COLOURS[answers.kind]
    axes.plot(x, y, label=label, color=colour, linestyle=style, linewidth=LINE_WIDTH)


def _percent_from(llr: Floats, limits: Floats) -> Floats:
    """Computes the share of natural LLRs [n] at or above each decimal limit [P], in per cent."""
    return np.asarray(100 - 100 * np.searchsorted(np.sort(llr), limits * LN10) / len(llr))


def _span(answers: Sequence[Answers]) -> float:
    """Returns the largest size of a finite decimal LLR, at least 1 and at most `WIDEST`."""
    largest = 0.0
    for each in answers:
        llr = np.concatenate([each.genuine, each.impostor])
        largest = max(largest, float(np.abs(llr[np.isfinite(llr)]).max(initial=0)) / LN10)
    return float(np.clip(1.02 * largest, 1, WIDEST))
