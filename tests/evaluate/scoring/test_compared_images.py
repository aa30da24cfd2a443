"""The images of comparisons, against a loop over all of them."""

import numpy as np
import pytest

from components.evaluate.scoring.compared_images import find_images
from components.shared.verification.comparisons import compare
from components.shared.verification.sampling import Draws
from tests.evaluate.scoring.synthetic import data

VECTORS, LABELS = data([7, 1, 4, 2, 9], [3, 5, 0, 4, 1])


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("kind", ["genuine", "skilled", "random"])
def test_the_images_have_the_distance_and_the_labels_of_their_comparison(
    kind: str, references: int
) -> None:
    draws = Draws(references, number=4, seed=2)
    scores = getattr(compare(VECTORS, LABELS, draws), kind)
    images = find_images(LABELS, kind, draws, np.arange(len(scores.distance)))
    assert len(scores.distance) > 12
    for n, questioned in enumerate(images.questioned):
        used = images.references[n]
        assert len(set(used.tolist()) - {questioned}) == references
        apart = np.linalg.norm(VECTORS[used].astype(float) - VECTORS[questioned], axis=1)
        assert apart.mean() == pytest.approx(scores.distance[n], abs=1e-6)
        assert not LABELS.forged[used].any()
        assert np.unique(LABELS.identity[used]) == np.unique(LABELS.identity)[scores.identity[n]]
        same = LABELS.identity[used[0]] == LABELS.identity[questioned]
        assert (same, LABELS.forged[questioned]) == (kind != "random", kind == "skilled")


def test_no_comparison_is_named_twice_and_some_are_those_of_all() -> None:
    for kind in ("genuine", "skilled", "random"):
        total = len(getattr(compare(VECTORS, LABELS, Draws(1)), kind).distance)
        everything = find_images(LABELS, kind, Draws(1), np.arange(total))
        pairs = np.column_stack([everything.references[:, 0], everything.questioned])
        assert len(np.unique(pairs, axis=0)) == total
        places = np.arange(1, total, 7)
        some = find_images(LABELS, kind, Draws(1), places)
        np.testing.assert_array_equal(some.questioned, everything.questioned[places])
        np.testing.assert_array_equal(some.references, everything.references[places])


def test_of_several_collections_the_images_of_random_comparisons_are_of_one() -> None:
    collection = np.array(["x", "y"])[LABELS.identity % 2]
    several = LABELS._replace(collection=collection)
    total = len(compare(VECTORS, several, Draws(1)).random.distance)
    images = find_images(several, "random", Draws(1), np.arange(total))
    assert total > 0
    assert (collection[images.references[:, 0]] == collection[images.questioned]).all()
