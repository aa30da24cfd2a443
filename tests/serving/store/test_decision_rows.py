"""Decisions that are kept together are kept as each by itself."""

from serving.store import decision_rows
from serving.store.store import Store
from tests.serving.store.examples import doubtful, enrol, picture


def test_of_decisions_kept_together_those_about_people_who_are_gone_lose_them(
    store: Store,
) -> None:
    person = enrol(store, "Ada", 1)
    about = [person.id, "gone by now", None]
    decisions = [doubtful(one, number) for number, one in enumerate(about, 900)]
    with store.database.connection() as connection:
        ids = decision_rows.add(connection, store.vault, decisions)
    found = store.decisions.list().items
    assert [one.id for one in found] == ids
    assert [one.person_id for one in found] == [person.id, None, None]
    assert [one.status for one in found] == ["review", "final", "review"]
    pictures = [store.decisions.image(one) for one in ids]
    assert pictures == [(picture(900), "image/png"), None, (picture(902), "image/png")]
