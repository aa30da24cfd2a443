"""P×K batches."""

import numpy as np
import pandas as pd
import pytest

from components.train.data.collection_turns import Mixed
from components.train.data.sampler import Sampler, nearest_identities


def rows_of(genuine: dict[str, int], forgeries: dict[str, int]) -> pd.DataFrame:
    names = [*genuine, *forgeries]
    counts = [*genuine.values(), *forgeries.values()]
    kinds = ["genuine"] * len(genuine) + ["forgery"] * len(forgeries)
    table = pd.DataFrame({"identity": np.repeat(names, counts), "kind": np.repeat(kinds, counts)})
    return table.assign(row=np.arange(len(table)) + 100)


def test_a_batch_holds_p_identities_of_k_genuine_images_and_their_forgeries() -> None:
    table = rows_of(dict.fromkeys("abcde", 6), dict.fromkeys("abcde", 3))
    batch = Sampler(table, identities=3, images=4, forgeries=2, seed=1).draw(7)
    images = table.set_index("row").loc[batch.rows]
    assert (batch.labels >= 0).sum() == 12
    assert (batch.labels < 0).sum() == 6
    assert images.kind[batch.labels >= 0].eq("genuine").all()
    assert images.kind[batch.labels < 0].eq("forgery").all()
    counts = images.groupby(["identity", "kind"]).size()
    assert sorted(counts.xs("genuine", level="kind")) == [4, 4, 4]
    assert sorted(counts.xs("forgery", level="kind")) == [2, 2, 2]
    assert len(set(batch.rows)) == 18


def test_a_step_is_drawn_the_same_again_and_another_step_is_not() -> None:
    table = rows_of(dict.fromkeys("abcdef", 9), {})
    sampler = Sampler(table, identities=4, images=3, forgeries=0, seed=5)
    assert (sampler.draw(3).rows == sampler.draw(3).rows).all()
    assert (sampler.draw(3).rows != sampler.draw(4).rows).any()


def test_an_identity_with_too_few_images_repeats_them_and_one_with_a_single_image_is_left_out() -> (
    None
):
    sampler = Sampler(
        rows_of({"a": 2, "b": 2, "c": 1}, {"c": 4}), identities=2, images=4, forgeries=1, seed=0
    )
    assert sampler.names == ["a", "b"]
    assert len(sampler.draw(0).rows) == 8


PAIRED = np.arange(20)[:, np.newaxis] ^ 1
"""Of 20 identities, 0 and 1 are confused with each other alone, 2 and 3, and so on."""


def of_twenty(hard: float, identities: int = 6) -> Sampler:
    table = rows_of(
        {f"{name:02}": 3 for name in range(20)}, {f"{name:02}": 2 for name in range(20)}
    )
    return Sampler(
        table, identities=identities, images=2, forgeries=1, seed=3, hard_identities=hard
    )


def identities_of(sampler: Sampler, step: int) -> list[int]:
    labels = sampler.draw(step).labels
    return list(dict.fromkeys(labels[labels >= 0].tolist()))


@pytest.mark.parametrize("known", ["switched off", "neighbours not known yet"])
def test_without_hard_identities_the_draws_are_what_they_always_were(known: str) -> None:
    sampler = of_twenty(hard=0.0 if known == "switched off" else 0.5)
    if known == "switched off":
        sampler.neighbours = PAIRED
    for step in range(5):
        random = np.random.default_rng([3, 0, step])
        codes = random.choice(20, 6, replace=False)
        genuine = [random.choice(np.arange(3) + 100 + 3 * code, 2, replace=False) for code in codes]
        forged = [random.choice(np.arange(2) + 160 + 2 * code, 1, replace=False) for code in codes]
        batch = sampler.draw(step)
        assert batch.rows.tobytes() == np.concatenate([*genuine, *forged]).tobytes()
        assert batch.labels.tolist() == [*np.repeat(codes, 2), *[-1] * 6]


NAMED = {"one name": "only", "none": None}


@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("mixed", [1, 3, "all"])
def test_a_single_collection_is_drawn_from_as_if_none_were_named(named: str, mixed: Mixed) -> None:
    table = rows_of({f"{name:02}": 3 for name in range(20)}, {})
    if NAMED[named]:
        table["collection"] = NAMED[named]
    sampler = Sampler(
        table, identities=6, images=2, forgeries=0, seed=3, hard_identities=0.5, mixed=mixed
    )
    sampler.neighbours = (np.arange(20)[:, np.newaxis] + np.array([1, 2, 3])) % 20
    for step in range(50):
        random = np.random.default_rng([3, 0, step])
        codes = list(random.choice(20, 3, replace=False))
        for place in range(3):
            near = (codes[place] + np.array([1, 2, 3])) % 20
            weights = np.array([1, 1 / 2, 1 / 3]) * [code not in codes for code in near]
            if weights.any():
                codes.append(random.choice(near, p=weights / weights.sum()))
            else:
                codes.append(random.choice(np.setdiff1d(np.arange(20), codes)))
        rows = [random.choice(np.arange(3) + 100 + 3 * code, 2, replace=False) for code in codes]
        assert sampler.draw(step).rows.tobytes() == np.concatenate(rows).tobytes()


def of_two_collections(mixed: Mixed, hard: float = 0.0) -> Sampler:
    """40 identities `a` (codes 0 to 39) and 6 identities `b` (40 to 45), with three images each."""
    names = [f"a/{n:02}" for n in range(40)] + [f"b/{n}" for n in range(6)]
    table = rows_of(dict.fromkeys(names, 3), dict.fromkeys(names, 2))
    table["collection"] = table.identity.str.partition("/")[0]
    return Sampler(
        table, identities=4, images=2, forgeries=1, seed=7, hard_identities=hard, mixed=mixed
    )


def test_a_small_collection_is_in_as_many_batches_as_a_large_one_and_each_batch_is_of_one() -> None:
    sampler = of_two_collections(1)
    batches = [np.array(identities_of(sampler, step)) >= 40 for step in range(20)]
    assert all(len(set(batch)) == 1 for batch in batches)
    assert sum(batch[0] for batch in batches) == 10


def test_a_mixed_batch_has_half_its_identities_and_forgeries_of_each() -> None:
    sampler = of_two_collections("all")
    for step in range(20):
        assert sum(code >= 40 for code in identities_of(sampler, step)) == 2
        assert (sampler.draw(step).labels == -1).sum() == 4
    drawn = {code for step in range(100) for code in identities_of(sampler, step)}
    assert drawn == set(range(46))


def test_another_sampler_draws_the_same_batch_of_a_step_of_collections() -> None:
    for step in (0, 7, 1000):
        ours, theirs = (of_two_collections(2, hard=0.5).draw(step) for _ in range(2))
        assert ours.rows.tobytes() == theirs.rows.tobytes()


@pytest.mark.parametrize("mixed", [1, "all"])
def test_hard_identities_keep_the_shares_of_the_collections(mixed: Mixed) -> None:
    sampler = of_two_collections(mixed, hard=0.5)
    sampler.neighbours = np.arange(46)[:, np.newaxis] ^ 1
    paired = 0
    for step in range(40):
        codes = identities_of(sampler, step)
        of_b = sum(code >= 40 for code in codes)
        assert of_b == 2 if mixed == "all" else of_b in (0, 4)
        paired += sum(code ^ 1 in codes for code in codes) == 4
    assert paired > 30


def test_the_nearest_of_its_own_collection_come_before_those_of_another() -> None:
    embeddings = np.array([[0.0], [5.0], [0.1], [4.9]], np.float32)
    found = nearest_identities(embeddings, np.arange(4), 2, np.array([0, 0, 1, 1]))
    assert found.tolist() == [[1, 2], [0, 2], [3, 0], [2, 0]]


def test_half_hard_identities_bring_to_each_other_one_that_it_is_confused_with() -> None:
    sampler = of_twenty(hard=0.5)
    sampler.neighbours = PAIRED
    for step in range(30):
        codes = identities_of(sampler, step)
        assert len(set(codes)) == 6
        paired = sum(code ^ 1 in codes[3:] for code in codes[:3])
        within = sum(code ^ 1 in codes[:3] for code in codes[:3])
        assert paired + within == 3, "whose partner is there already brings any other"


def test_the_worst_confused_are_drawn_together_most_often() -> None:
    sampler = of_twenty(hard=0.5, identities=2)
    sampler.neighbours = (np.arange(20)[:, np.newaxis] + np.array([1, 2, 3])) % 20
    counts = {1: 0, 2: 0, 3: 0}
    for step in range(600):
        first, second = identities_of(sampler, step)
        counts[(second - first) % 20] += 1
    assert sum(counts.values()) == 600
    assert counts[1] == pytest.approx(600 * 6 / 11, abs=50)  # weights 1, 1/2, 1/3
    assert counts[2] == pytest.approx(600 * 3 / 11, abs=50)


@pytest.mark.parametrize(("fraction", "hard"), [(0.01, 1), (0.5, 3), (1.0, 5)])
def test_some_of_a_batch_is_hard_and_its_first_identity_is_not(fraction: float, hard: int) -> None:
    assert of_twenty(fraction).hard_count == hard


def test_neighbours_are_the_identities_with_the_nearest_mean_embeddings() -> None:
    means = {0: [0.0, 0.0], 1: [3.0, 0.0], 2: [1.0, 0.5], 3: [10.0, 0.0]}
    centres = np.array(list(means.values()), np.float32)
    aside = np.array([0.5, 0.0], np.float32)
    embeddings = np.concatenate([centres + aside, centres - aside])
    codes = np.array([*means, *means])
    assert nearest_identities(embeddings, codes, 2).tolist() == [[2, 1], [2, 0], [0, 1], [1, 2]]
    assert nearest_identities(embeddings, codes, 9).shape == (4, 3)


def test_neighbours_of_many_identities_equal_those_found_one_by_one() -> None:
    embeddings = np.random.default_rng(0).normal(size=(1500, 4)).astype(np.float32)
    neighbours = nearest_identities(embeddings, np.arange(1500), 5)
    for code in (0, 1023, 1024, 1499):
        distance = np.linalg.norm(embeddings.astype(float) - embeddings[code], axis=1)
        assert neighbours[code].tolist() == np.argsort(distance)[1:6].tolist()


def test_representatives_are_the_first_genuine_images_of_every_identity() -> None:
    table = rows_of({"a": 2, "b": 5, "lone": 1}, {"a": 4})
    sampler = Sampler(table, identities=2, images=2, forgeries=0, seed=0)
    rows, codes = sampler.representatives(3)
    assert rows.tolist() == [100, 101, 102, 103, 104]
    assert codes.tolist() == [0, 0, 1, 1, 1]
