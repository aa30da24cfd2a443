"""A person's data by the command line: handed out, and removed."""

import zipfile
from pathlib import Path

from serving.store.store import Store
from tests.serving.commands.conftest import Run
from tests.serving.store.examples import enrol


def test_a_person_is_exported_and_deleted(run: Run, store: Store, tmp_path: Path) -> None:
    person = enrol(store, "Ada", 1)
    assert run("export", person.id, "--out", "ada.zip") == "ada.zip\n"
    with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
        assert "person.json" in archive.namelist()
    assert run("export", person.id) == f"{person.id}.zip\n"
    run("delete", person.id)
    assert store.people.count() == 0
    assert "not in this database" in run("delete", person.id)
    assert "not in this database" in run("export", person.id)
    assert [line.action for line in store.audit.list().items] == ["delete", "export", "export"]
