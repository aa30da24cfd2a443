"""People: enrolled, found, changed and deleted, each in one transaction."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.store.errors import (
    LastReference,
    NoReference,
    Outdated,
    SameImage,
    StoreRefusal,
    Taken,
    Unknown,
    WrongSpace,
)
from serving.store.store import Store, open_store
from tests.serving.store.examples import (
    DIMENSION,
    NEXT_SPACE,
    SPACE,
    enrol,
    new_reference,
    picture,
)


def test_a_person_is_found_as_enrolled(store: Store) -> None:
    person = enrol(store, "Ada Weiß", 1, 2, external_id="C-7")
    found = store.people.get(person.id)
    assert found == person
    assert (found.name, found.external_id, found.consent) == ("Ada Weiß", "C-7", "form 7")
    assert (found.revision, found.state, len(found.references)) == (1, "ready", 2)
    assert found.created == found.updated
    assert found.created.tzinfo is not None
    vectors = store.people.vectors(person.id, SPACE)
    assert [reference_id for reference_id, _ in vectors] == [each.id for each in found.references]
    for number, (_, vector) in enumerate(vectors, start=1):
        assert vector.dtype == np.float32
        assert np.array_equal(vector, new_reference(number).vector)
    image = store.people.image(person.id, found.references[1].id)
    assert image == (picture(2), "image/png")


@pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "Ａda"])
def test_a_name_is_taken_whatever_its_case_and_spaces(store: Store, name: str) -> None:
    enrol(store, "Ada", 1)
    with pytest.raises(Taken) as refusal:
        enrol(store, name, 2)
    assert refusal.value.field == "name"
    assert store.people.count() == 1


def test_an_external_id_belongs_to_one_person(store: Store) -> None:
    first = enrol(store, "Ada", 1, external_id="7")
    other = enrol(store, "Ben", 2)
    enrol(store, "Cy", 3)  # having none is not having the same
    with pytest.raises(Taken) as refusal:
        enrol(store, "Dan", 4, external_id="7")
    assert refusal.value.field == "external_id"
    with pytest.raises(Taken):
        store.people.update(other.id, 1, external_id="7")
    store.people.update(first.id, 1, external_id="")
    assert store.people.update(other.id, 1, external_id="7").external_id == "7"


def test_renaming_to_a_taken_name_changes_nothing(store: Store) -> None:
    enrol(store, "Ada", 1)
    other = enrol(store, "Ben", 2)
    with pytest.raises(Taken):
        store.people.update(other.id, 1, name="ada")
    assert store.people.get(other.id) == other


def test_an_image_is_a_reference_once(store: Store) -> None:
    first = enrol(store, "Ada", 1)
    with pytest.raises(SameImage) as refusal:
        enrol(store, "Ben", 2, 1)
    assert (refusal.value.person_id, refusal.value.index) == (first.id, 1)
    with pytest.raises(SameImage):
        store.people.add_references(first.id, [new_reference(1)])
    with pytest.raises(SameImage):
        enrol(store, "Cy", 3, 3)
    assert store.people.count() == 1
    enrol(store, "Ben", 2)  # nothing of the refused ones stayed


def test_a_change_needs_the_revision_of_now(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    changed = store.people.update(person.id, 1, name="Ada B.")
    assert (changed.name, changed.revision) == ("Ada B.", 2)
    with pytest.raises(Outdated):
        store.people.update(person.id, 1, name="Ada C.")
    with pytest.raises(Unknown):
        store.people.update("nobody", 1, name="x")


def test_references_come_and_go_but_for_the_last(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    more = store.people.add_references(person.id, [new_reference(2)])
    assert (len(more.references), more.revision) == (2, 2)
    less = store.people.remove_reference(person.id, person.references[0].id)
    assert [each.id for each in less.references] == [more.references[1].id]
    with pytest.raises(LastReference):
        store.people.remove_reference(person.id, less.references[0].id)
    with pytest.raises(Unknown):
        store.people.remove_reference(person.id, person.references[0].id)
    with pytest.raises(NoReference):
        store.people.add_references(person.id, [])
    with pytest.raises(NoReference):
        store.people.create("Ben", [])


def test_a_reference_is_removed_for_its_own_person_alone(store: Store) -> None:
    ada, ben = enrol(store, "Ada", 1, 2), enrol(store, "Ben", 3, 4)
    with pytest.raises(Unknown):
        store.people.remove_reference(ada.id, ben.references[0].id)
    with pytest.raises(Unknown):
        store.people.image(ada.id, ben.references[0].id)
    assert len(store.people.get(ben.id).references) == 2


def test_embeddings_of_another_space_or_dimension_are_refused(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    with pytest.raises(WrongSpace):
        store.people.vectors(person.id, NEXT_SPACE)
    with pytest.raises(WrongSpace):
        store.people.add_references(person.id, [new_reference(2, dimension=DIMENSION + 1)])
    with pytest.raises(Unknown):
        store.people.vectors("nobody", SPACE)


def test_pages_stay_stable_while_others_enrol_and_go(store: Store) -> None:
    before = [enrol(store, f"P{number}", number) for number in range(7)]
    first = store.people.search(limit=3)
    assert [person.name for person in first.items] == ["P0", "P1", "P2"]
    enrol(store, "A new one", 100)
    store.people.delete(before[1].id)
    seen, cursor = list(first.items), first.next
    while cursor is not None:
        page = store.people.search(limit=3, cursor=cursor)
        seen, cursor = seen + page.items, page.next
    names = [person.name for person in seen]
    assert names == ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "A new one"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1 OR 1=1", "９", "9" * 30])
def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(Unknown):
        store.people.search(cursor=cursor)


def test_people_are_found_by_a_part_of_the_name_or_the_external_id(store: Store) -> None:
    enrol(store, "Ada Weiß", 1, external_id="C-7")
    enrol(store, "Ben Weiss", 2)
    enrol(store, "100%", 3)
    for query, names in {
        "WEIß": ["Ada Weiß", "Ben Weiss"],
        "ben": ["Ben Weiss"],
        "c-7": ["Ada Weiß"],
        "c-": [],
        "%": ["100%"],
        "": ["Ada Weiß", "Ben Weiss", "100%"],
    }.items():
        assert [person.name for person in store.people.search(query).items] == names, query


def test_a_search_reads_on_until_the_page_is_full(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.store.person.CHUNK", 2)
    for number in range(9):
        enrol(store, f"{'even' if number % 2 == 0 else 'odd'} {number}", number)
    first = store.people.search("even", limit=3)
    second = store.people.search("even", limit=3, cursor=first.next)
    assert [person.name for person in first.items] == ["even 0", "even 2", "even 4"]
    assert [person.name for person in second.items] == ["even 6", "even 8"]
    assert second.next is None


def test_of_ten_that_create_one_name_at_once_one_wins(store: Store) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(10)

    def create(number: int) -> None:
        barrier.wait()
        try:
            enrol(store, "Ada", number)
            outcomes.append("created")
        except StoreRefusal as refusal:
            outcomes.append(f"{type(refusal).__name__} {getattr(refusal, 'field', '')}")

    threads = [threading.Thread(target=create, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Taken name"] * 9 + ["created"]
    assert len(store.people.search().items) == 1


def test_images_are_kept_where_they_shall_be(url: str) -> None:
    store = open_store(url)
    person = enrol(store, "Ada", 1)
    assert not person.references[0].has_image
    assert store.people.image(person.id, person.references[0].id) is None
    store.close()


@settings(max_examples=30, deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_every_name_comes_back_as_it_was_given(name: str) -> None:
    from serving.store import enrolment
    from serving.store.vault import Vault, place

    vault = Vault(bytes(32))
    vault.lock(bytes(32), 1)
    columns = enrolment.changes(vault, "id", name, None)
    at = place("person", "name_cipher", "id")
    assert vault.decrypt(columns["name_cipher"], at).decode() == name
