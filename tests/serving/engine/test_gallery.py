"""The gallery against brute force, after any sequence of changes, and while it changes."""

from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.engine.gallery import Gallery

Floats = npt.NDArray[np.floating]
PEOPLE = st.integers(0, 7)
CHANGES = st.lists(st.tuples(st.sampled_from(["add", "remove"]), PEOPLE), max_size=40)


def brute_force(people: dict[str, Floats], probe: Floats, n: int) -> list[tuple[str, float]]:
    distances = []
    for person, references in people.items():
        mean = sum(references) / len(references)
        distances.append((float(np.sqrt(((mean - probe) ** 2).sum())), person))
    return [(person, distance) for distance, person in sorted(distances)[:n]]


@given(CHANGES, st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_after_any_changes_the_nearest_are_those_of_brute_force(
    changes: list[tuple[str, int]], n: int, seed: int
) -> None:
    rng, gallery = np.random.default_rng(seed), Gallery(6)
    people: dict[str, Floats] = {}
    for change, number in changes:
        person = f"person-{number}"
        if change == "remove":
            gallery.remove(person)
            people.pop(person, None)
            continue
        people[person] = rng.normal(size=(int(rng.integers(1, 5)), 6)).astype(np.float32)
        gallery.add(person, people[person])
    assert len(gallery) == len(people)
    assert [person in gallery for person in people] == [True] * len(people)
    probe = rng.normal(size=6).astype(np.float32)
    found, expected = gallery.nearest(probe, n), brute_force(people, probe, n)
    assert [one.person_id for one in found] == [person for person, _ in expected]
    distances = [distance for _, distance in expected]
    np.testing.assert_allclose([one.distance for one in found], distances, rtol=1e-5)
    for person, references in people.items():
        np.testing.assert_array_equal(gallery.references(person), references)


def test_a_thousand_people_are_searched_exactly_however_close_they_are() -> None:
    rng = np.random.default_rng(0)
    probe = rng.normal(size=32)
    probe /= np.linalg.norm(probe)
    people = {}
    for number in range(1000):
        people[f"{number:04}"] = probe + 1e-3 * rng.normal(size=(3, 32))
    gallery = Gallery(32)
    for person, references in people.items():
        gallery.add(person, references)
    rounded = {person: own.astype(np.float32).astype(float) for person, own in people.items()}
    questioned = probe.astype(np.float32).astype(np.float64)
    found = gallery.nearest(probe, 100)
    expected = brute_force(rounded, questioned, 100)
    distances = [distance for _, distance in expected]
    np.testing.assert_allclose([one.distance for one in found], distances, rtol=1e-4)
    assert {one.person_id for one in found[:90]} <= {person for person, _ in expected}


def test_all_is_float32_or_a_search_would_copy_the_gallery() -> None:
    gallery = Gallery(4)
    gallery.add("a", np.eye(4)[:2])
    assert gallery.references("a").dtype == np.float32
    assert gallery._means.dtype == gallery._squares.dtype == np.float32
    kinds = []

    class Watched(np.ndarray[Any, Any]):
        def __matmul__(self, other: Any) -> Any:
            kinds.append(other.dtype)
            return np.asarray(self) @ other

    gallery._means = gallery._means.view(Watched)
    gallery.nearest(np.full(4, 0.5, np.float64), 1)
    assert kinds == [np.float32]


def test_equal_distances_are_in_the_order_of_the_ids_and_an_empty_gallery_has_none() -> None:
    gallery = Gallery(2)
    assert gallery.nearest([0.0, 0.0], 5) == []
    for person, vector in (("c", [1.0, 0.0]), ("a", [0.0, 1.0]), ("b", [-1.0, 0.0])):
        gallery.add(person, [vector])
    assert [one.person_id for one in gallery.nearest([0.0, 0.0], 2)] == ["a", "b"]


def test_the_mean_is_not_brought_to_unit_length() -> None:
    gallery = Gallery(2)
    gallery.add("a", [[1.0, 0.0], [0.0, 1.0]])
    (found,) = gallery.nearest([1.0, 0.0], 1)
    assert found.distance == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("references", [[], [[1.0]], [1.0, 2.0], [[np.nan, 0.0]]])
def test_s21_embeddings_of_another_space_are_refused(references: Any) -> None:
    gallery = Gallery(2)
    with pytest.raises(ValueError, match="embedding"):
        gallery.add("a", references)
    assert len(gallery) == 0
    with pytest.raises(ValueError, match="a probe of shape"):
        gallery.nearest([1.0, 2.0, 3.0], 1)
    with pytest.raises(KeyError):
        gallery.references("a")


def test_searches_while_it_changes_find_everybody_who_stays() -> None:
    rng, gallery = np.random.default_rng(0), Gallery(8)
    stay = {f"stay-{number}": rng.normal(size=(2, 8)) for number in range(20)}
    for person, references in stay.items():
        gallery.add(person, references)
    wrong: list[str] = []

    def search() -> None:
        for _ in range(30):
            for person, references in stay.items():
                found = gallery.nearest(references.mean(axis=0), 1)[0]
                if found.person_id != person or found.distance > 1e-6:
                    wrong.append(person)

    searchers = [Thread(target=search) for _ in range(3)]
    for thread in searchers:
        thread.start()
    while any(thread.is_alive() for thread in searchers):
        for number in range(60):
            gallery.add(f"goes-{number}", 9 + rng.normal(size=(1, 8)))
        for number in range(60):
            gallery.remove(f"goes-{number}")
    assert wrong == []
