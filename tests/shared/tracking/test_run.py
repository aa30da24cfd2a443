"""mlflow_run.json: the record that a step leaves in its output folder."""

from pathlib import Path

from components.shared.tracking.run import RECORD, Record, Run


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(
        run_id="0123",
        step=7,
        params={"train.seed": "0"},
        metrics={"eer": 0.25},
        tags={"stage": "train"},
    )
    record.write(tmp_path)
    assert Record.read(tmp_path) == record
    assert Record.parse((tmp_path / "mlflow_run.json").read_bytes()) == record


def test_a_folder_without_a_record_has_an_empty_one(tmp_path: Path) -> None:
    assert Record.read(tmp_path) == Record()


def test_a_run_without_a_store_leaves_what_it_was_told_without_an_id(tmp_path: Path) -> None:
    run = Run(None, None)
    run.log_metrics({"eer": 0.25, "auc": float("nan")}, step=3)
    run.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [RECORD]
    assert Record.read(tmp_path) == Record(step=3, metrics={"eer": 0.25})
