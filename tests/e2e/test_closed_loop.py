"""The loop is closed: what people decided about claims trains the model that answers next."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from starlette.testclient import TestClient

from components.shared.runtime.errors import InputError
from components.shared.verification.decision_limits import Limits
from serving.__main__ import main
from serving.api.app import create_app
from serving.api.service import Service
from serving.commands.bundles import folder_of
from serving.engine import model as served
from serving.settings import Settings
from serving.store.store import open_store
from tests.serving.api.clients import authorization, files
from tests.serving.bundles import DECISION, signature, write_served_bundle

PROJECT = Path(__file__).resolve().parents[2]
WRITERS, REFERENCES = 15, 3
FORGERS = 100
CHAMPION = "models:/signatures@champion"
SMALL: dict[str, dict[str, Any]] = {
    "ingest": {"source": "reviewed", "layout": "labels.csv"},
    "preprocess": {"height": 32, "width": 48},
    "split": {"val": 0.34, "test": 0.34},
    "train": {
        "pooled_blocks": [3],
        "identities_per_batch": 3,
        "images_per_identity": 2,
        "forgeries_per_identity": 1,
        "val_references": 1,
        "steps": 2,
        "validate_every": 2,
        "checkpoint_every": 2,
    },
    "evaluate": {"draws": 2, "references": 2},
    "freeze": {"parity_images": 4, "formats": []},
}
STEPS = {
    "ingest": ["--out", "raw"],
    "preprocess": ["--raw", "raw", "--out", "prepared", "--report", "preprocess"],
    "split": ["--prepared", "prepared", "--out", "split"],
    "train": ["--prepared", "prepared", "--split", "split", "--out", "embedder"],
    "evaluate": ["--prepared", "prepared", "--split", "split", "--embedder", "embedder",
                 "--out", "evaluation"],
    "freeze": ["--raw", "raw", "--prepared", "prepared", "--split", "split", "--embedder",
               "embedder", "--evaluation", "evaluation", "--out", "new"],
}  # fmt: skip


@pytest.mark.slow
def test_reviewed_decisions_train_the_model_that_the_service_takes_next(
    tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = f"sqlite:///{tmp_path}/signatures.db"
    monkeypatch.setenv("SERVE_DATABASE", database)
    settings = Settings(database=database, policy="review", keep_images=30)
    write_served_bundle(tmp_path / "old", decision=undecided())
    people = serve_and_review(settings)
    bare = enrol_without_images(database)

    main(["reviewed", "--out", "reviewed"])
    (tmp_path / "mlflow.db").write_bytes(empty_store.read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    retrain(tmp_path)
    catalog = pd.read_csv("raw/catalog.csv", dtype=str)
    assert set(catalog["identity"]) == set(people)
    assert catalog["kind"].value_counts().to_dict() == {
        "genuine": WRITERS * (REFERENCES + 2),
        "forgery": WRITERS,
    }

    assert "is registered under `champion`" in promote(tmp_path)
    with folder_of(CHAMPION, tmp_path / "cache") as champion:
        new = served.load(champion)
    assert new.version == served.load(tmp_path / "new").version
    store = open_store(database, keep_images=True)
    with pytest.raises(InputError, match="python -m serving reembed"):
        Service.assemble(settings, new, store)
    main(["reembed", "--model", CHAMPION, "--quiet"])
    service = Service.assemble(settings, new, store)
    states = {person.id: person.state for person in store.people.search(limit=100).items}
    assert states == {**dict.fromkeys(people, "ready"), bare: "stale"}
    with TestClient(create_app(service), base_url="http://localhost") as client:
        client.headers.update(authorization(service, "admin"))
        answer = verify(client, people[0], 0, 50)
        assert answer["model"]["version"] == new.version
        assert answer["evidence"]["references"] == REFERENCES
        stale = client.post(
            "/v1/verify", data={"person_id": bare}, files=files("image", [signature(0, 51)])
        )
        assert (stale.status_code, stale.json()["type"]) == (409, "urn:problem:stale")
    service.close()


def undecided() -> Any:
    """Returns a decision whose policy `review` leaves every claim to a person."""
    policies = [
        row._replace(limits=Limits(-99.0, 99.0)) if row.policy == "review" else row
        for row in DECISION.policies
    ]
    return type(DECISION)(DECISION.models, 3, 1, policies, DECISION.usual)


def serve_and_review(settings: Settings) -> list[str]:
    """Enrols writers, claims to be them, and reviews each claim; returns their ids."""
    store = open_store(settings.database, keep_images=True)
    service = Service.assemble(settings, served.load(Path("old")), store)
    people = []
    with TestClient(create_app(service), base_url="http://localhost") as client:
        client.headers.update(authorization(service, "admin"))
        for writer in range(WRITERS):
            images = [signature(writer, number) for number in range(REFERENCES)]
            fields = {"name": f"writer {writer}"}
            created = client.post("/v1/people", data=fields, files=files("images", images))
            assert created.status_code == 201, created.text
            people.append(created.json()["id"])
            for hand, number, outcome in (
                (writer, 20, "accept"),
                (writer, 21, "accept"),
                (FORGERS + writer, 0, "reject"),
            ):
                answer = verify(client, people[-1], hand, number)
                assert answer["decision"] == "review"
                place = f"/v1/decisions/{answer['decision_id']}"
                assert client.post(place, json={"decision": outcome}).status_code == 200
    service.close()
    return people


def verify(client: TestClient, person: str, writer: int, number: int) -> Any:
    image = files("image", [signature(writer, number)])
    answer = client.post("/v1/verify", data={"person_id": person}, files=image)
    assert answer.status_code == 200, answer.text
    return answer.json()


def enrol_without_images(database: str) -> str:
    """Enrols a person whose image is not kept; returns the id."""
    store = open_store(database, keep_images=False)
    service = Service.assemble(Settings(database=database), served.load(Path("old")), store)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        client.headers.update(authorization(service, "admin"))
        images = files("images", [signature(WRITERS, 0)])
        created = client.post("/v1/people", data={"name": "bare"}, files=images)
        assert created.status_code == 201, created.text
    service.close()
    return str(created.json()["id"])


def retrain(folder: Path) -> None:
    """Runs the steps on the export, each as a command of its own."""
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    for section, values in SMALL.items():
        params[section] |= values
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    for step, arguments in STEPS.items():
        run(folder, f"components.{step}", *arguments)


def promote(folder: Path) -> str:
    """Promotes the new model, and returns what is said of it."""
    inputs = ["--raw", "raw", "--prepared", "prepared", "--split", "split"]
    return run(folder, "pipelines", "promote", "new", *inputs)


def run(folder: Path, module: str, *arguments: str) -> str:
    """Runs a command in the folder and returns what it writes."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "GIT_REVISION": "0123abc",
        "PROGRESS": "quiet",
    }
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{module}: {done.stderr[-3000:]}"
    return done.stdout
