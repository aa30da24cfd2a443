"""The change that makes evidence of another collection that of val, from genuine images alone.

On another scanner, with other pens or in another script genuine claims have more or less evidence
than val's had, scattered more or less. Location and scale are matched, once for all numbers of
references; the limits and what impostors are taken for stay those of val. The match is shrunk
towards none by how little it is known.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from components.evaluate.decision import usual, weights
from components.evaluate.decision.claims import GENUINE, describe_claims, most_references
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Decision, Usual
from components.shared.verification.estimate import CONFIDENCE
from components.shared.verification.evidence_model import Change, Shift
from components.shared.verification.sampling import Draws, Labels

FEWEST_PEOPLE = 8
PRIOR = 0.5
"""Standard deviation of the location from collection to collection, before any is seen, in standard
deviations of the evidence of val's genuine claims."""
WIDEST = 1.0
"""Largest half of the location's interval, likewise."""
LARGEST_FACTOR = 2.0
"""Scatter that differs more is not believed."""


class CollectionChange(NamedTuple):
    """A collection beside val.

    Attributes:
        by_kind: the change of evidence, by the kind of impostor.
        location: mean evidence of genuine claims minus that of val, of the kind that decides.
        low: end of its 95 % interval, over the people of both, by Student's t.
        high: the other end.
        scatter: standard deviation of that evidence divided by that of val.
        trust: how far the decision follows location and scatter, between 0 and 1.
        people: number of identities with two genuine images or more.
        images: number of their genuine images.
    """

    by_kind: dict[str, Change]
    location: float
    low: float
    high: float
    scatter: float
    trust: float
    people: int
    images: int


class _Difference(NamedTuple):
    """Two rows of `Usual` for the same claims; means over the numbers of references.

    Attributes:
        source: mean evidence of val.
        own: that of the collection.
        deviation: standard deviation of val's evidence.
        scatter: that of the collection divided by it.
        error: standard error of `own` − `source`.
    """

    source: float
    own: float
    deviation: float
    scatter: float
    error: float

    @property
    def trust(self) -> float:
        known = (PRIOR * self.deviation) ** 2
        return known / (known + self.error**2)

    def change(self) -> Change:
        """Returns what moves the location to that of val, and the scatter, as far as trusted."""
        factor = self.scatter**-self.trust
        target = self.own + self.trust * (self.source - self.own)
        return Change(factor, target - factor * self.own)


def measure_change(
    decision: Decision, embeddings: ArrayLike, labels: Labels, draws: Draws
) -> CollectionChange:
    """Measures the change of evidence from genuine images; forgeries play no role.

    Args:
        decision: of val.
        embeddings: float [N, D], of images of the collection.
        labels: of the N images.
        draws: number and seed of the draws; as many references as people can show are drawn.

    Raises:
        InputError: too few people have two genuine images, or these differ so much from person to
            person that the location is not known.
    """
    counts = _genuine_counts(labels)
    people = len(counts)
    if people < FEWEST_PEOPLE:
        raise InputError(
            f"two genuine images or more are there of {people} people, but a calibration needs "
            f"them of {FEWEST_PEOPLE}; 20 people with 5 each are a good number"
        )
    genuine = ~labels.forged
    own = Labels(labels.identity[genuine], labels.forged[genuine])
    draws = draws._replace(references=min(most_references(own), decision.most_references))
    vectors = np.asarray(embeddings, np.float64)[genuine]
    claims = describe_claims(vectors, own, draws, decision.parts, Shift())
    claims = claims.select(claims.kind == GENUINE)
    found: dict[str, _Difference] = {}
    for kind, model in decision.models.items():
        score = weights.scores(claims, model.weights)
        found[kind] = _difference(decision.usual, usual.measure(claims, score, kind))
    decides = found[decision.kind]
    margin = _quantile(people) * decides.error
    if margin > WIDEST * decides.deviation:
        raise InputError(
            f"the genuine images of {people} people do not tell how much evidence they have: "
            f"± {margin:.1f} where ± {WIDEST * decides.deviation:.1f} is allowed; take more "
            "people, and see that no image has a wrong label"
        )
    location = decides.own - decides.source
    return CollectionChange(
        {kind: difference.change() for kind, difference in found.items()},
        location,
        location - margin,
        location + margin,
        decides.scatter,
        decides.trust,
        people,
        int(counts.sum()),
    )


def in_words(location: float, low: float, high: float) -> str:
    """Returns how much evidence genuine images have, beside those of val.

    Args:
        location: natural log-likelihood ratio, more than where the model was made.
        low: end of its interval.
        high: the other end.

    >>> in_words(-0.84, -1.2, -0.5)
    '0.8 (0.5–1.2) less evidence than where the model was made'
    >>> in_words(0.1, -0.2, 0.4)
    'as much evidence as where the model was made (between 0.2 less and 0.4 more)'
    """
    place = "where the model was made"
    if low <= 0 <= high:
        return f"as much evidence as {place} (between {-low:.1f} less and {high:.1f} more)"
    ends = sorted((abs(low), abs(high)))
    word = "more" if location > 0 else "less"
    return f"{abs(location):.1f} ({ends[0]:.1f}–{ends[1]:.1f}) {word} evidence than {place}"


def _difference(source: Sequence[Usual], own: Sequence[Usual]) -> _Difference:
    """Compares evidence with the numbers of references that both have."""
    known = {(row.kind, row.references): row for row in source}
    pairs = [
        (known[row.kind, row.references], row) for row in own if (row.kind, row.references) in known
    ]
    there = np.array([[row.mean, row.deviation, row.error] for row, _ in pairs])
    here = np.array([[row.mean, row.deviation, row.error] for _, row in pairs])
    ratios = np.log(np.maximum(here[:, 1], 1e-9) / np.maximum(there[:, 1], 1e-9))
    furthest = np.log(LARGEST_FACTOR)
    scatter = np.exp(np.clip(ratios.mean(), -furthest, furthest))
    error = np.hypot(there[:, 2].mean(), here[:, 2].mean())
    return _Difference(
        float(there[:, 0].mean()),
        float(here[:, 0].mean()),
        float(there[:, 1].mean()),
        float(scatter),
        float(error),
    )


def _genuine_counts(labels: Labels) -> np.ndarray:
    """Returns the numbers of genuine images of the people with two or more."""
    codes = np.unique(labels.identity, return_inverse=True)[1]
    counts = np.bincount(codes[~labels.forged])
    return counts[counts > 1]


def _quantile(people: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(people - 1, (1 + CONFIDENCE) / 2))
