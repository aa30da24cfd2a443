"""The export: all that the store holds of a person, and nothing of others."""

import io
import json
import zipfile

import pytest

from serving.store.errors import Unknown
from serving.store.store import Store
from tests.serving.store.examples import SPACE, doubtful, enrol, new_reference, picture


def test_s18_a_zip_holds_all_of_a_person_and_nothing_of_others(store: Store) -> None:
    ada = enrol(store, "Ada Weiß", 1, 2, external_id="C-7")
    ben = enrol(store, "Ben", 3)
    decision_id = store.decisions.add(doubtful(ada.id, 900))
    store.decisions.decide(decision_id, "accept", "known hand", "key")
    store.decisions.add(doubtful(ben.id, 901))
    store.audit.append("key", "enrol", ada.id, "created")
    store.audit.append("key", "enrol", ben.id, "created")
    with zipfile.ZipFile(io.BytesIO(store.people.export(ada.id))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    read = {name: json.loads(body) for name, body in files.items() if name.endswith(".json")}
    first, second = (each.id for each in ada.references)
    assert set(files) == {
        "person.json",
        "embeddings.json",
        "decisions.json",
        "audit.json",
        f"references/{first}.png",
        f"references/{second}.png",
        f"decisions/{decision_id}.png",
    }
    person = read["person.json"]
    assert (person["name"], person["external_id"], person["consent"]) == (
        "Ada Weiß",
        "C-7",
        "form 7",
    )
    assert [each["id"] for each in person["references"]] == [first, second]
    assert files[f"references/{second}.png"] == picture(2)
    assert files[f"decisions/{decision_id}.png"] == picture(900)
    assert read["embeddings.json"][1] == {
        "reference": second,
        "space": SPACE,
        "values": new_reference(2).vector.tolist(),
    }
    (decision,) = read["decisions.json"]
    assert (decision["note"], decision["reviewed_as"]) == ("known hand", "accept")
    assert decision["details"] == {"why": "between both limits"}
    assert [line["action"] for line in read["audit.json"]] == ["enrol"]
    assert b"Ben" not in b"".join(files.values())


def test_of_nobody_there_is_no_export(store: Store) -> None:
    with pytest.raises(Unknown):
        store.people.export("nobody")
