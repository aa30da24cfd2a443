"""The comparisons against plain loops over images."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from components.shared.verification import comparisons as pairs
from components.shared.verification.sampling import Draws, Labels

Data = tuple[NDArray[np.float32], Labels]


def data(genuine: list[int], forgeries: list[int], seed: int = 0) -> Data:
    """Random unit vectors, shuffled: so many genuine images and forgeries of each identity."""
    rng = np.random.default_rng(seed)
    identity = np.concatenate([np.repeat(np.arange(len(n)), n) for n in (genuine, forgeries)])
    forged = np.arange(len(identity)) >= sum(genuine)
    order = rng.permutation(len(identity))
    vectors = rng.normal(size=(len(identity), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, Labels(identity[order], forged[order])


def single_by_loop(vectors: NDArray[np.float32], labels: Labels) -> list[tuple[str, int, float]]:
    identity, forged = labels.identity.astype(int), labels.forged
    comparisons = []
    for reference in range(len(vectors)):
        claimed = identity[reference]
        if forged[reference] or sum((identity == claimed) & ~forged) < 2:
            continue
        for probe in range(len(vectors)):
            kind = "random"
            if identity[probe] == claimed:
                kind = "skilled" if forged[probe] else "genuine"
            elif forged[probe]:
                continue
            if kind == "genuine" and probe <= reference:
                continue
            comparisons.append(
                (
                    kind,
                    int(claimed),
                    float(np.linalg.norm(vectors[reference] - vectors[probe])),
                )
            )
    return comparisons


def flat(comparisons: pairs.Comparisons) -> list[tuple[str, int, float]]:
    result: list[tuple[str, int, float]] = []
    for kind in ("genuine", "skilled", "random"):
        identity, distance = (
            getattr(comparisons, kind).identity,
            getattr(comparisons, kind).distance,
        )
        result += [(kind, int(i), float(d)) for i, d in zip(identity, distance, strict=True)]
    return result


def assert_same(left: list[tuple[str, int, float]], right: list[tuple[str, int, float]]) -> None:
    left, right = sorted(left), sorted(right)
    assert [item[:2] for item in left] == [item[:2] for item in right]
    np.testing.assert_allclose([item[2] for item in left], [item[2] for item in right], atol=1e-5)


def test_one_reference_compares_what_a_loop_over_images_compares() -> None:
    embedded = data([4, 3, 1, 2], [2, 0, 3, 1])
    comparisons = pairs.compare(*embedded, Draws(1, number=9))
    assert_same(flat(comparisons), single_by_loop(*embedded))
    assert comparisons.n_identities == 3


def test_counts_of_a_cedar_like_writer_are_those_of_the_usual_protocol() -> None:
    comparisons = pairs.compare(*data([24, 24, 24], [24, 24, 24]), Draws(1))
    assert Counter(comparisons.genuine.identity.tolist()) == {0: 276, 1: 276, 2: 276}
    assert Counter(comparisons.skilled.identity.tolist()) == {0: 576, 1: 576, 2: 576}
    assert Counter(comparisons.random.identity.tolist()) == {0: 1152, 1: 1152, 2: 1152}


def mean_of_distances(probe: NDArray[np.float32], references: NDArray[np.float32]) -> float:
    return float(np.mean([np.linalg.norm(probe - one) for one in references]))


def least_distance(probe: NDArray[np.float32], references: NDArray[np.float32]) -> float:
    return min(float(np.linalg.norm(probe - one)) for one in references)


def greatest_distance(probe: NDArray[np.float32], references: NDArray[np.float32]) -> float:
    return max(float(np.linalg.norm(probe - one)) for one in references)


def distance_to_mean(probe: NDArray[np.float32], references: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(probe - references.mean(axis=0)))


@pytest.mark.parametrize(
    ("fuse", "fused"),
    [
        (pairs.mean, mean_of_distances),
        (pairs.nearest, least_distance),
        (pairs.farthest, greatest_distance),
        (pairs.centre, distance_to_mean),
    ],
)
def test_several_references_are_fused_over_the_drawn_ones(
    fuse: pairs.Fusion, fused: Callable[[NDArray[np.float32], NDArray[np.float32]], float]
) -> None:
    vectors, labels = data([5, 6, 2, 3], [2, 0, 3, 1])
    identity, forged = labels.identity.astype(int), labels.forged
    draws = Draws(references=3, number=7, seed=4)
    comparisons = pairs.compare(vectors, labels, draws, fuse)
    expected = []
    for claimed in (0, 1):  # the other two have no more genuine images than references
        own = np.flatnonzero((identity == claimed) & ~forged)
        for selection in pairs._draw(len(own), claimed, draws):
            for probe in range(len(vectors)):
                kind = "random"
                if identity[probe] == claimed:
                    kind = "skilled" if forged[probe] else "genuine"
                elif forged[probe]:
                    continue
                if probe in own[selection]:
                    continue
                expected.append((kind, claimed, fused(vectors[probe], vectors[own[selection]])))
    assert_same(flat(comparisons), expected)
    assert comparisons.n_identities == 2


def test_draws_are_distinct_images_and_differ_between_draws() -> None:
    selection = pairs._draw(12, 1, Draws(references=5, number=40))
    assert (selection.sum(axis=1) == 5).all()
    assert len({tuple(row) for row in selection.tolist()}) > 30
    assert selection.sum(axis=0).min() > 5  # of 40 draws each image should be in about 17


def test_the_same_seed_gives_the_same_comparisons_and_another_seed_others() -> None:
    embedded = data([8, 8], [3, 3])
    first = pairs.compare(*embedded, Draws(5, 3, seed=1))
    again = pairs.compare(*embedded, Draws(5, 3, seed=1))
    other = pairs.compare(*embedded, Draws(5, 3, seed=2))
    assert flat(first) == flat(again)
    assert flat(first) != flat(other)


def test_a_kind_that_the_data_lacks_is_empty() -> None:
    comparisons = pairs.compare(*data([6, 6], [0, 0]), Draws(5, number=2))
    assert len(comparisons.skilled.distance) == 0
    assert len(comparisons.random.distance) == 2 * 2 * 6
    alone = pairs.compare(*data([3], [2]), Draws(1))
    assert len(alone.random.distance) == 0
    nobody = pairs.compare(*data([1, 1], [1, 1]), Draws(1))
    assert nobody.n_identities == 0
    assert flat(nobody) == []


def test_identities_may_be_named_by_strings() -> None:
    vectors, labels = data([3, 3], [1, 1])
    names = np.where(labels.identity == 0, "anna", "bert")
    named = pairs.compare(vectors, Labels(names, labels.forged), Draws(1))
    assert flat(named) == flat(pairs.compare(vectors, labels, Draws(1)))


def test_a_copy_of_an_image_is_at_distance_zero() -> None:
    vectors, labels = data([1, 1], [0, 0])
    twice = np.concatenate([vectors, vectors])
    both = Labels(np.tile(labels.identity, 2), np.tile(labels.forged, 2))
    result = pairs.compare(twice, both, Draws(1))
    np.testing.assert_allclose(result.genuine.distance, 0, atol=1e-7)


def identification_by_loop(embedded: Data, draws: Draws) -> float:
    vectors, labels = embedded
    identity, forged = labels.identity.astype(int), labels.forged
    hits = []
    own = {name: np.flatnonzero((identity == name) & ~forged) for name in np.unique(identity)}
    own = {name: rows for name, rows in own.items() if len(rows) >= draws.references}
    selections = {name: pairs._draw(len(rows), int(name), draws) for name, rows in own.items()}
    for draw in range(draws.number):
        gallery = {
            name: vectors[rows[selections[name][draw]]].mean(axis=0) for name, rows in own.items()
        }
        for name, rows in own.items():
            for probe in rows[~selections[name][draw]]:
                distances = {g: np.linalg.norm(vectors[probe] - gallery[g]) for g in gallery}
                hits.append(name == min(distances, key=lambda g: distances[g]))
    return float(np.mean(hits))


def test_identification_finds_the_nearest_mean_as_a_loop_does() -> None:
    embedded = data([9, 7, 3, 2, 8], [2, 0, 1, 1, 1])
    draws = Draws(references=3, number=6, seed=2)
    accuracy = pairs.identification_accuracy(*embedded, draws)
    assert accuracy == pytest.approx(identification_by_loop(embedded, draws))
    assert 0 < accuracy < 1


def test_identification_of_well_separated_identities_is_perfect() -> None:
    _, labels = data([6, 6, 6], [0, 0, 0])
    vectors = np.eye(3)[labels.identity.astype(int)]
    assert pairs.identification_accuracy(vectors, labels, Draws(5, number=4)) == 1.0


def test_identification_without_gallery_or_probes_is_not_a_number() -> None:
    assert np.isnan(pairs.identification_accuracy(*data([5, 5], [0, 0]), Draws(5, number=2)))
    assert np.isnan(pairs.identification_accuracy(*data([9], [0]), Draws(5, number=2)))


def test_a_tie_for_the_first_place_is_lost() -> None:
    distance = np.array([[0.5, 0.5, 0.9], [0.1, 0.2, 0.3], [0.4, 0.6, 0.4]])
    search = pairs.Search(distance, identity=np.array([2, 2, 7]), enrolled=np.array([2, 5, 7]))
    assert search.rank().tolist() == [2, 1, 2]


def test_scores_have_probes_of_their_own_only_where_these_are_other_identities() -> None:
    own = pairs.Scores.of_columns([0.5, 1.5], [0, 1], [0, 1])
    assert own.probe is None
    assert own.distance.tolist() == [0.5, 1.5]
    other = pairs.Scores.of_columns([0.5, 1.5], [0, 1], [0, 2])
    assert other.probe is not None
    assert other.probe.tolist() == [0, 2]


def test_images_of_other_collections_are_no_impostors_and_nothing_else_changes() -> None:
    vectors, labels = data([4, 3, 1, 2, 3], [2, 0, 3, 1, 1])
    of_identity = np.array(["a", "b", "a", "b", "c"])
    several = labels._replace(collection=of_identity[labels.identity.astype(int)])
    for draws in (Draws(1), Draws(2, number=3)):
        alone, together = (pairs.compare(vectors, each, draws) for each in (labels, several))
        np.testing.assert_array_equal(together.genuine.distance, alone.genuine.distance)
        np.testing.assert_array_equal(together.skilled.distance, alone.skilled.distance)
        assert alone.random.probe is not None
        beside = of_identity[alone.random.identity] == of_identity[alone.random.probe]
        assert 0 < beside.sum() < len(beside)
        expected = alone.random.select(np.flatnonzero(beside))
        np.testing.assert_array_equal(together.random.distance, expected.distance)
        np.testing.assert_array_equal(together.random.identity, expected.identity)
        one = pairs.compare(vectors, labels._replace(collection=np.zeros(len(vectors))), draws)
        np.testing.assert_array_equal(one.random.distance, alone.random.distance)
