"""References are read in the order in which they were enrolled."""

from serving.store import stored_references
from serving.store.store import Store
from tests.serving.store.examples import SPACE, enrol, new_reference


def test_embeddings_come_in_the_order_of_enrolment(store: Store) -> None:
    person = enrol(store, "Ada", 9, 3, 7)
    person = store.people.add_references(person.id, [new_reference(1)])
    rows = stored_references.vectors(store.database, store.vault, person.id, SPACE)
    assert [reference_id for reference_id, _ in rows] == [each.id for each in person.references]
    expected = [new_reference(number).vector.tolist() for number in (9, 3, 7, 1)]
    assert [vector.tolist() for _, vector in rows] == expected
