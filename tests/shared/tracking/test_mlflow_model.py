"""The shipped model in MLflow: its files, its signature and its figures."""

import base64
import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.tracking import mlflow_model, mlflow_store

IMAGE = b"\xff\xd8 somebody's signature"
TEXT = base64.b64encode(IMAGE).decode()
ROW = [float(len(IMAGE))] * 2
NULLS = [None, None]


def log(saved_model: Path, client: Any, step: int = 0) -> str:
    """Logs the model to a new run and returns its address."""
    run_id = client.create_run(mlflow_store.experiment_id(client)).info.run_id
    mlflow_model.log(saved_model, 2, run_id, step)
    run = client.get_run(run_id)
    assert run.info.status == "RUNNING"
    (output,) = run.outputs.model_outputs
    return f"models:/{output.model_id}"


def test_a_logged_model_has_its_signature_and_leaves_the_run_running(
    saved_model: Path, client: Any
) -> None:
    import mlflow

    info = mlflow.models.get_model_info(log(saved_model, client))
    (result,) = info.signature.outputs.inputs
    assert (result.type, result.shape) == (np.dtype("float32"), (-1, 2))
    assert info.signature.inputs is None
    assert "base64" in info.metadata["input"]


def test_a_logged_model_needs_little_and_holds_no_picture_and_no_path_of_this_machine(
    saved_model: Path, client: Any
) -> None:
    import mlflow

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        address = log(saved_model, client)
    folder = Path(mlflow.artifacts.download_artifacts(address))
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix() for path in files}
    assert {"MLmodel", "code/served_model.py", "data/saved_model/saved_model.pb"} <= names
    assert not [name for name in names if "example" in name or name.endswith(".pkl")]
    requirements = (folder / "requirements.txt").read_text().split()
    packages = ("mlflow", "tensorflow", "numpy")
    assert sorted(requirements) == sorted(f"{name}=={version(name)}" for name in packages)
    for path in files:
        content = path.read_bytes()
        if path.name == "MLmodel":  # MLflow notes where its own store is
            content = content.split(b"\n", 1)[1]
        assert str(saved_model.parent).encode() not in content, path
        assert str(Path(mlflow_model.__file__).parent).encode() not in content, path


def test_a_logged_model_carries_the_figures_of_its_evaluation_alone(
    saved_model: Path, client: Any
) -> None:
    run_id = client.create_run(mlflow_store.experiment_id(client)).info.run_id
    for step, eer in enumerate((0.5, 0.375)):
        client.log_metric(run_id, "val/eer_skilled", eer, step=step)
    client.log_metric(run_id, "verify/eer_skilled", 0.25)
    client.set_tag(run_id, "mlflow.note.content", "Good on test.")
    mlflow_model.log(saved_model, 2, run_id, step=2)
    (output,) = client.get_run(run_id).outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert model.tags["mlflow.note.content"] == "Good on test."
    metrics = model.metrics
    figures = [(metric.key, metric.value, metric.step) for metric in metrics]
    assert figures == [("verify/eer_skilled", 0.25, 0)]
    assert output.step == 2


@pytest.fixture
def model(saved_model: Path, client: Any) -> Any:
    """The logged model, as MLflow loads it."""
    import mlflow

    return mlflow.pyfunc.load_model(log(saved_model, client))


def invoke(model: Any, body: object) -> str:
    """Answers a request as MLflow's scoring server does, with the text of its error if it fails."""
    from mlflow.exceptions import MlflowException
    from mlflow.pyfunc.scoring_server import invocations

    content = json.dumps(body).encode()
    schema = model.metadata.get_input_schema()
    try:
        return str(invocations(content, "application/json", model, schema).response)
    except MlflowException as error:
        return str(error.serialize_as_json())


def test_every_form_of_base64_is_answered_in_strict_json_and_bytes_as_before(
    model: Any,
) -> None:
    split = {"columns": ["b64"], "data": [[TEXT], [""]]}
    bodies: list[dict[str, object]] = [
        {"inputs": [TEXT, ""]},
        {"inputs": [{"b64": TEXT}, {"b64": ""}]},
        {"inputs": {"b64": [TEXT, ""]}},
        {"instances": [TEXT, ""]},
        {"instances": [{"b64": TEXT}, {"b64": ""}]},
        {"instances": [TEXT, {"b64": ""}]},
        {"dataframe_split": split},
        {"dataframe_split": {**split, "data": [[{"b64": TEXT}], [{"b64": ""}]]}},
        {"dataframe_records": [{"b64": TEXT}, {"b64": ""}]},
    ]
    for body in bodies:
        answer = json.loads(invoke(model, body), parse_constant=pytest.fail)
        assert answer == {"predictions": [ROW, NULLS]}, body
    for form in ("inputs", "instances"):
        assert json.loads(invoke(model, {form: []})) == {"predictions": []}
    in_python = model.predict(np.array([IMAGE, b""], dtype=object))
    assert in_python.dtype == np.float32
    np.testing.assert_array_equal(in_python, [ROW, [np.nan, np.nan]])


def test_no_error_repeats_the_input_and_ours_say_which_image_and_what_to_send(
    model: Any,
) -> None:
    bodies: list[dict[str, object]] = [
        {"inputs": [TEXT, TEXT + "!"]},
        {"inputs": [{"b64": TEXT}, TEXT, {"b65": "!", "more": TEXT}]},
        {"inputs": [[TEXT], [TEXT, TEXT]]},
        {"inputs": [[TEXT, TEXT]]},
        {"inputs": [{"b64": {"b64": TEXT}}]},
        {"inputs": {"b64": [TEXT], "c": [TEXT, TEXT]}},
        {"instances": [{"b64": TEXT}, TEXT]},
        {"instances": [{"b64": TEXT}, {"c": TEXT}]},
        {"instances": {"b64": TEXT}},
        {"instances": [TEXT, None]},
        {"instances": [TEXT, 5]},
        {"dataframe_split": {"columns": ["b64"], "data": [[TEXT, TEXT]]}},
        {"dataframe_split": {"columns": ["b64", "c"], "data": [[TEXT, TEXT]]}},
        {"dataframe_records": [{"b64": TEXT, "c": TEXT}, {"b64": TEXT}]},
        {"images": [TEXT]},
    ]
    for body in bodies:
        answer = json.loads(invoke(model, body))
        assert answer["error_code"] in {"BAD_REQUEST", "INVALID_PARAMETER_VALUE"}, body
        assert TEXT not in json.dumps(answer), body
    trace = json.loads(invoke(model, {"instances": [TEXT, TEXT, "!"]}))["stack_trace"]
    assert trace.endswith(
        'ValueError: image 3 of 3 is not base64: send it plain or as {"b64": "..."}\n'
    )
