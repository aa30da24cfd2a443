"""Outputs whose run the tracking store missed, logged later as one run."""

import io
from pathlib import Path
from typing import Any

import pytest

from components.shared.relog import main, relog
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import Record
from tests.bundles import write_bundle


def output(folder: Path, record: Record) -> Path:
    """Writes an output folder of a step with its record."""
    folder.mkdir()
    record.write(folder)
    return folder


def test_several_folders_become_one_run_with_their_records_and_files(
    client: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedder = output(tmp_path / "embedder", Record(params={"train.seed": "7"}))
    (embedder / "history.csv").write_text("step,train/loss\n0,NaN\n10,0.5\n20,0.25\n")
    (embedder / "embedder.keras").write_bytes(b"large")
    metrics = {"verification/skilled/refs_1/eer": 0.125}
    evaluation = output(
        tmp_path / "evaluation", Record(step=21, metrics=metrics, tags={"stage": "evaluate"})
    )
    main([str(embedder), str(evaluation)])
    run_id = capsys.readouterr().out.removeprefix("logged as run ").strip()
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"train.seed": "7"}
    assert run.data.metrics == {"train/loss": 0.25, "verify/eer_skilled": 0.125}
    assert run.data.tags["stage"] == "evaluate"
    history = client.get_metric_history(run_id, "train/loss")
    assert [(point.step, point.value) for point in history] == [(10, 0.5), (20, 0.25)]
    (figure,) = client.get_metric_history(run_id, "verify/eer_skilled")
    assert figure.step == 0
    names = {item.path for item in client.list_artifacts(run_id, "embedder")}
    assert names == {"embedder/history.csv", "embedder/mlflow_run.json"}


@pytest.mark.parametrize(
    "content", [b"", b"loss\n1\n", b"step,loss\nx,1\n", b"step,loss\n1,\xff\n"]
)
def test_a_damaged_history_is_refused_in_one_line(
    content: bytes, client: Any, tmp_path: Path
) -> None:
    folder = output(tmp_path / "embedder", Record())
    (folder / "history.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"history\.csv: no history of a training"):
        relog([folder])


def test_a_folder_without_a_record_is_named_and_nothing_is_logged(
    client: Any, tmp_path: Path
) -> None:
    folder = output(tmp_path / "embedder", Record())
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match=r"other: has no mlflow_run.json; name the output folder"):
        relog([folder, tmp_path / "other"])
    assert client.search_runs(["0"]) == []
    assert client.get_experiment_by_name("signature-recognition") is None


def test_a_store_that_is_still_down_is_bad_input(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = output(tmp_path / "embedder", Record())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(InputError, match="the tracking store cannot be used: "):
        relog([folder])


def test_a_bundle_that_is_not_as_its_manifest_says_is_refused_and_nothing_is_logged(
    client: Any, tmp_path: Path
) -> None:
    frozen = write_bundle(tmp_path / "frozen")
    Record().write(frozen)
    (frozen / "normalise.json").write_text("{}")
    with pytest.raises(InputError, match=r"normalise\.json: its sha256 is not that of manifest"):
        relog([frozen])
    assert client.get_experiment_by_name("signature-recognition") is None


def test_its_help_never_fails_on_a_terminal_s_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", terminal)
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
