"""The store of a project that was moved or copied: it knows its artifacts at the new place."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import requests

from components.shared import relog
from components.shared.runtime.params import StepParams
from components.shared.tracking import mlflow_store, step_runs
from components.shared.tracking.record import RECORD
from tests.e2e.servers import Tracking


class Use:
    """Runs as a project uses its store: in its folder, with the store that lies there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> None:
        self._patch, self._empty = monkeypatch, empty_store
        for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
            monkeypatch.delenv(name, raising=False)

    def create(self, project: Path) -> Path:
        """Makes a project with an empty store."""
        (project / "mlruns").mkdir(parents=True)
        shutil.copyfile(self._empty, project / "mlruns" / "mlflow.db")
        return project

    def connect(self, project: Path, uri: str = "") -> Any:
        """Connects as a step in that project does."""
        self._patch.setattr(mlflow_store, "project_root", lambda: project)
        self._patch.setenv("MLFLOW_TRACKING_URI", uri)
        self._patch.chdir(project)
        return mlflow_store.connect()

    def run(self, project: Path, text: str) -> str:
        """Logs a run with an artifact; returns its id."""
        self.connect(project)
        (project / "note.txt").write_text(text)
        with step_runs.train_run(StepParams()) as run:
            run.log_artifacts(project / "note.txt", "notes")
        assert run.run_id
        return run.run_id


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Use:
    return Use(monkeypatch, empty_store)


def artifacts(folder: Path) -> set[str]:
    """The texts of all notes below a folder."""
    return {path.read_text() for path in folder.rglob("notes/note.txt")}


def text_of(client: Any, run_id: str) -> str:
    return Path(client.download_artifacts(run_id, "notes/note.txt")).read_text()


def test_a_copied_project_logs_into_its_own_folder_and_reads_its_runs_there(
    use: Use, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = use.create(tmp_path / "the old one")
    before = use.run(old, "of the old project")
    copy = tmp_path / "another" / "named é"
    shutil.copytree(old, copy)
    later = use.run(copy, "of the copy")
    assert artifacts(old) == {"of the old project"}
    assert artifacts(copy) == {"of the old project", "of the copy"}
    assert caplog.text.count(f"was moved or copied from {old / 'mlruns'}") == 1
    shutil.rmtree(old)
    client = use.connect(copy)
    assert text_of(client, before) == "of the old project"
    assert text_of(client, later) == "of the copy"


def test_the_project_that_was_copied_keeps_its_own_places(use: Use, tmp_path: Path) -> None:
    old = use.create(tmp_path / "old")
    use.run(old, "first")
    shutil.copytree(old, tmp_path / "copy")
    use.run(tmp_path / "copy", "of the copy")
    last = use.run(old, "last")
    assert text_of(use.connect(old), last) == "last"
    assert artifacts(old) == {"first", "last"}


def test_models_and_their_registered_versions_move_with_the_project(
    use: Use, tmp_path: Path
) -> None:
    old = use.create(tmp_path / "old")
    client = use.connect(old)
    model = client.create_logged_model(mlflow_store.experiment_id(client), name="embedder")
    location = Path(model.artifact_location.removeprefix("file://"))
    location.mkdir(parents=True)
    client.create_registered_model("signatures")
    client.create_model_version("signatures", location.as_uri())
    new = old.rename(tmp_path / "new")
    client = use.connect(new)
    expected = new / location.relative_to(old)
    assert client.get_logged_model(model.model_id).artifact_location == expected.as_uri()
    version = client.get_model_version("signatures", "1")
    assert version.source == expected.as_uri()
    assert client.get_model_version_download_uri("signatures", "1") == expected.as_uri()


def test_locations_outside_the_project_stay_as_they_are(use: Use, tmp_path: Path) -> None:
    old = use.create(tmp_path / "old")
    client = use.connect(old)
    mlflow_store.experiment_id(client)
    places = [f"file://{tmp_path}/disk/artifacts", "s3://bucket/mlruns/artifacts"]
    for place in places:
        client.create_experiment(place, artifact_location=place)
    client = use.connect(old.rename(tmp_path / "new"))
    for place in places:
        assert client.get_experiment_by_name(place).artifact_location == place


def test_a_store_that_the_environment_names_by_its_relative_path_is_the_projects_own(
    use: Use, tmp_path: Path
) -> None:
    old = use.create(tmp_path / "old")
    client = use.connect(old, "sqlite:///mlruns/mlflow.db")
    mlflow_store.experiment_id(client)
    new = old.rename(tmp_path / "new")
    client = use.connect(new, "sqlite:///mlruns/mlflow.db")
    experiment = client.get_experiment(mlflow_store.experiment_id(client))
    assert experiment.artifact_location == (new / "mlruns" / "artifacts").as_uri()


def test_two_checkouts_that_share_a_store_by_a_link_do_not_move_it(
    use: Use, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shared = use.create(tmp_path / "shared") / "mlruns"
    for name in ("one", "two", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        if not (tmp_path / name / "mlruns").exists():
            (tmp_path / name / "mlruns").symlink_to(shared)
        use.run(tmp_path / name, name)
    assert artifacts(shared) == {"one", "two"}
    assert not caplog.text


def test_relog_in_a_copied_project_logs_into_its_own_folder(use: Use, tmp_path: Path) -> None:
    old = use.create(tmp_path / "old")
    use.run(old, "first")
    copy = tmp_path / "copy"
    shutil.copytree(old, copy)
    use.connect(copy)
    (copy / "reports").mkdir()
    (copy / "reports" / RECORD).write_text('{"run_id": null}')
    (copy / "reports" / "report.txt").write_text("logged later")
    relog.relog([copy / "reports"])
    assert not list(old.rglob("report.txt"))
    assert [path.read_text() for path in (copy / "mlruns").rglob("report.txt")] == ["logged later"]


@pytest.mark.slow
def test_the_server_of_a_copied_project_shows_its_artifacts(use: Use, tmp_path: Path) -> None:
    old = use.create(tmp_path / "old")
    run_id = use.run(old, "shown in the browser")
    shutil.copytree(old, tmp_path / "copy")
    shutil.rmtree(old)
    use.connect(tmp_path / "copy")
    server = Tracking(tmp_path / "copy" / "mlruns", None)
    try:
        url = f"{server.address}/get-artifact?run_id={run_id}&path=notes/note.txt"
        assert requests.get(url, timeout=60).text == "shown in the browser"
    finally:
        server.kill()
