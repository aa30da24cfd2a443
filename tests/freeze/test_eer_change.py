"""The change of the equal error rate: by hand, and beside every pair one by one."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from components.freeze import eer_change
from components.shared.verification import error_rates
from components.shared.verification.sampling import Labels

F32 = npt.NDArray[np.float32]


def drawn(identities: int = 8, images: int = 5, forgeries: int = 2) -> tuple[F32, Labels]:
    """Draws embeddings around a centre of each identity, the last ones forged."""
    draw = np.random.default_rng(0)
    identity = np.repeat(np.arange(identities), images)
    centres = draw.normal(size=(identities, 4))
    vectors = (centres[identity] + draw.normal(size=(len(identity), 4))).astype(np.float32)
    return vectors, Labels(identity, np.arange(len(identity)) % images >= images - forgeries)


def test_the_same_embeddings_change_nothing() -> None:
    vectors, labels = drawn()
    for mixed in (False, True):
        change = eer_change.measure(vectors, vectors, labels, limit=2.0, mixed=mixed)
        assert change is not None
        assert change.kind == "skilled"
        assert change.before == change.after
        assert change.interval == (0, 0)
        assert change.flipped == 0


def test_a_network_that_tells_nobody_apart_is_worse_beyond_chance() -> None:
    vectors, labels = drawn(identities=20, forgeries=0)
    apart = 100 * np.asarray(labels.identity, np.float32)[:, None]
    clear = (vectors + apart).astype(np.float32)
    noise = np.random.default_rng(1).normal(size=vectors.shape).astype(np.float32)
    change = eer_change.measure(clear, noise, labels, limit=20.0)
    assert change is not None
    assert change.kind == "random"
    assert change.before == 0
    assert change.after > 0.4
    assert change.interval is not None
    assert change.interval[0] > 0.3
    impostors = change.comparisons - 20 * 10
    assert change.flipped == impostors  # all accepted now, and every genuine one still is


@pytest.mark.parametrize("mixed", [False, True])
def test_rates_and_flips_are_those_of_every_pair_one_by_one(mixed: bool) -> None:
    before, labels = drawn()
    after = (before + np.random.default_rng(2).normal(size=before.shape) * 0.4).astype(np.float32)
    references = before if mixed else after
    genuine: list[float] = []
    impostor: list[float] = []
    flipped, limit = 0, 2.5
    for first, second in itertools.permutations(range(len(before)), 2):
        if labels.identity[first] != labels.identity[second] or labels.forged[first]:
            continue
        if not labels.forged[second] and second < first:
            continue
        old = float(np.linalg.norm(before[first] - before[second]))
        new = float(np.linalg.norm(references[first] - after[second]))
        (impostor if labels.forged[second] else genuine).append(new)
        flipped += (old <= limit) != (new <= limit)
    change = eer_change.measure(before, after, labels, limit, mixed=mixed)
    assert change is not None
    assert change.after == pytest.approx(error_rates.eer(genuine, impostor).rate)
    assert change.flipped == flipped > 0
    assert change.comparisons == len(genuine) + len(impostor)


def test_without_a_limit_no_decision_is_counted_and_of_two_identities_no_interval_is_given() -> (
    None
):
    vectors, labels = drawn(identities=2)
    change = eer_change.measure(vectors, vectors, labels, limit=None)
    assert change is not None
    assert (change.flipped, change.interval) == (None, None)


@pytest.mark.parametrize("images", [0, 1])
def test_nothing_is_measured_without_comparisons(images: int) -> None:
    vectors = np.zeros((images, 4), np.float32)
    labels = Labels(np.arange(images), np.zeros(images, bool))
    assert eer_change.measure(vectors, vectors, labels, limit=None) is None
