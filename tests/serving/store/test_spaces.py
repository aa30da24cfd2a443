"""Spaces: people are carried over from their images, or are stale."""

import pytest

from serving.store.errors import Unknown, WrongSpace
from serving.store.store import Store
from tests.serving.store.examples import (
    DIMENSION,
    NEXT_SPACE,
    SPACE,
    enrol,
    new_reference,
    picture,
)


def reembed(store: Store, limit: int) -> int:
    """Embeds kept images anew in the next space, some at a time, and returns the rounds."""
    rounds = 0
    while images := list(store.spaces.images_without(NEXT_SPACE, limit)):
        by_image = {picture(number): number for number in range(20)}
        vectors = {
            image.reference_id: new_reference(by_image[image.encoded] + 100).vector
            for image in images
        }
        assert store.spaces.add_vectors(NEXT_SPACE, "v2", vectors) == len(images)
        rounds += 1
    return rounds


def test_people_are_stale_in_a_space_that_they_were_not_carried_over_to(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    store.spaces.use(SPACE, "v1", DIMENSION)
    assert store.people.get(person.id).state == "ready"
    store.spaces.use(NEXT_SPACE, "v2", 32)
    assert store.spaces.current() == NEXT_SPACE
    assert store.people.get(person.id).state == "stale"
    with pytest.raises(WrongSpace):
        store.people.vectors(person.id, NEXT_SPACE)
    store.spaces.use(SPACE, "v1", DIMENSION)
    assert store.people.get(person.id).state == "ready"


def test_kept_images_carry_people_over_some_at_a_time(store: Store) -> None:
    ada, ben = enrol(store, "Ada", 1, 2), enrol(store, "Ben", 3)
    before = store.people.changes(0, NEXT_SPACE).revision
    assert reembed(store, limit=2) == 2
    assert reembed(store, limit=2) == 0
    changes = store.people.changes(before, NEXT_SPACE)
    assert set(changes.present) == {ada.id, ben.id}
    vectors = store.people.vectors(ada.id, NEXT_SPACE)
    expected = [new_reference(number + 100).vector.tolist() for number in (1, 2)]
    assert [vector.tolist() for _, vector in vectors] == expected
    old = store.people.vectors(ada.id, SPACE)
    assert old[0][1].tolist() == new_reference(1).vector.tolist()
    store.spaces.use(NEXT_SPACE, "v2", DIMENSION)
    assert {person.state for person in store.people.search().items} == {"ready"}


def test_a_space_has_one_dimension(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    with pytest.raises(WrongSpace, match="16 values, not 17"):
        store.spaces.use(SPACE, "v1", DIMENSION + 1)
    vector = new_reference(2, dimension=8).vector
    reference_id = person.references[0].id
    store.spaces.use(NEXT_SPACE, "v2", DIMENSION)
    with pytest.raises(WrongSpace):
        store.spaces.add_vectors(NEXT_SPACE, "v2", {reference_id: vector})
    assert store.people.get(person.id).state == "stale"


def test_references_that_are_gone_or_there_get_no_embedding(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    other = new_reference(2).vector
    vectors = {"gone": other, person.references[0].id: other}
    assert store.spaces.add_vectors(SPACE, "v1", vectors) == 0
    assert store.people.vectors(person.id, SPACE)[0][1].tolist() != other.tolist()


def test_a_former_space_is_removed_with_its_embeddings_the_current_one_stays(
    store: Store,
) -> None:
    person = enrol(store, "Ada", 1)
    with pytest.raises(WrongSpace):
        store.spaces.remove(SPACE)
    reembed(store, limit=5)
    store.spaces.use(NEXT_SPACE, "v2", DIMENSION)
    store.spaces.remove(SPACE)
    with pytest.raises(WrongSpace):
        store.people.vectors(person.id, SPACE)
    with pytest.raises(Unknown):
        store.spaces.remove(SPACE)
    assert len(store.people.vectors(person.id, NEXT_SPACE)) == 1
