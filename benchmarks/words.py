"""Estimates in words, with their 95 % intervals where there are any."""

from components.shared.verification.estimate import Estimate


def rate(estimate: Estimate) -> str:
    """Returns a rate in per cent: `12.8 (10.0–16.4)`."""
    ends = estimate.rate_interval()
    text = f"{100 * estimate.value:.1f}"
    return text if ends is None else f"{text} ({100 * ends[0]:.1f}–{100 * ends[1]:.1f})"


def cost(estimate: Estimate) -> str:
    """Returns a cost in bits: `0.56 (0.51–0.61)`."""
    ends = estimate.cost_interval()
    text = f"{estimate.value:.2f}"
    return text if ends is None else f"{text} ({ends[0]:.2f}–{ends[1]:.2f})"


def difference(estimate: Estimate, reference: Estimate) -> str:
    """Returns a rate minus another of the same identities, in points: `-1.2 (-2.0 to -0.4)`."""
    ends = (estimate - reference).interval()
    text = f"{100 * (estimate.value - reference.value):+.1f}"
    return text if ends is None else f"{text} ({100 * ends[0]:+.1f} to {100 * ends[1]:+.1f})"
