"""The whole step on a tiny embedder: outputs, proof, refusals and leftovers."""

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from components.freeze.params import FreezeParams
from components.shared.data.normalisation import VERSION
from components.shared.model.image_sample import sample
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest, sha256
from tests.freeze.conftest import EVALUATED, use_store

Images = npt.NDArray[np.object_]


def run(inputs: dict[str, Path], out: Path, **changes: Path) -> dict[str, float]:
    from components.freeze import step

    return step.run(FreezeParams(parity_images=2), **{**inputs, **changes}, out=out)


@pytest.mark.slow
def test_every_export_gives_the_embeddings_of_the_keras_model(
    frozen: tuple[Path, dict[str, float]], inputs: dict[str, Path], images: Images
) -> None:
    from components.freeze import export, frozen_graph, onnx_export, parity_images
    from components.shared.data.normalisation import Normalisation
    from components.shared.data.normalise_graph import normalise
    from components.shared.model.embedder import load_embedder

    model = load_embedder(inputs["embedder"])
    spec = Normalisation.load(inputs["embedder"] / "normalise.json")
    one_by_one = [
        model.predict_on_batch(normalise(image, spec).numpy()[None])[0] for image in images
    ]
    network = onnx_export.open_session(frozen[0] / "embedder.onnx", threads=1)
    for embeddings in (
        onnx_export.embed(network, parity_images.normalise_each(images, spec)),
        export.run_saved_model(frozen[0] / "saved_model", images),
        frozen_graph.run_frozen_graph(frozen[0] / "frozen_graph.pb", images),
    ):
        assert embeddings.dtype == np.float32
        np.testing.assert_allclose(embeddings, one_by_one, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    assert set(frozen[1]) == {
        f"parity/{name}/max_abs_difference"
        for name in ("saved_model", "saved_model_pixels", "frozen_graph", "onnx")
    }
    assert all(0 <= value <= 1e-4 for value in frozen[1].values())


@pytest.mark.slow
def test_the_manifest_tells_every_other_file_and_where_all_came_from(
    frozen: tuple[Path, dict[str, float]], inputs: dict[str, Path]
) -> None:
    content = json.loads((frozen[0] / "manifest.json").read_text())
    hashes = manifest(frozen[0])
    del hashes["manifest.json"]
    assert content["files"] == hashes
    measured = {"rates.json", "distributions.json", "identification.json"}
    assert {"decision.json", *measured} < set(hashes)
    assert {
        "embedder.onnx",
        "frozen_graph.pb",
        "saved_model/saved_model.pb",
        "model_card.md",
        "decision.json",
    } <= set(hashes)
    assert content["code"] == {"revision": "0123abc", "dirty": None}
    catalog = pd.read_csv(inputs["raw"] / "catalog.csv", dtype=str)
    assert content["data"] == {
        "catalog.csv": sha256(inputs["raw"] / "catalog.csv"),
        "image_sample": sample(catalog["sha256"]),
    }
    settings = json.loads((inputs["embedder"] / "normalise.json").read_text())
    assert content["normalisation"] == {"version": VERSION, **settings}
    assert (
        content["thresholds"]
        == json.loads((inputs["evaluation"] / "decision.json").read_text())["thresholds"]
    )
    assert content["parity"] == frozen[1]
    assert len(bytes.fromhex(content["space"])) == 32
    assert content["versions"]["tensorflow"].startswith("2.")


@pytest.mark.slow
def test_nothing_of_the_source_images_is_in_the_folder(
    frozen: tuple[Path, dict[str, float]], images: Images
) -> None:
    content = b"".join(path.read_bytes() for path in frozen[0].rglob("*") if path.is_file())
    assert not any(image in content for image in images)


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
def test_a_format_that_is_asked_for_is_proven_and_listed(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    from components.freeze import step

    params = FreezeParams(parity_images=2, formats=["tfserving", "triton"])
    differences = step.run(params, **inputs, out=tmp_path / "out")
    assert {"parity/tfserving/max_abs_difference", "parity/tfserving_pixels/max_abs_difference"} < (
        differences.keys()
    )
    content = json.loads((tmp_path / "out" / "manifest.json").read_text())
    repository = {f"triton/signatures/{name}" for name in ("config.pbtxt", "1/model.onnx")}
    files = content["files"]
    assert {"embedder.onnx", "tfserving/1/saved_model.pb", *repository} < files.keys()
    assert files["triton/signatures/1/model.onnx"] == files["embedder.onnx"]


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
def test_formats_of_8_bits_are_listed_with_their_proof_wherever_it_is_read(
    inputs: dict[str, Path], writers: dict[str, Path], tmp_path: Path
) -> None:
    import mlflow

    from components.freeze import step

    params = FreezeParams(parity_images=2, formats=["int8", "litert"])
    figures = step.run(params, **{**inputs, **writers}, out=tmp_path / "out")
    content = json.loads((tmp_path / "out" / "manifest.json").read_text())
    card = (tmp_path / "out" / "model_card.md").read_text()
    files = {"int8": "embedder_int8.onnx", "litert": "embedder.tflite"}
    record = json.loads((tmp_path / "out" / "mlflow_run.json").read_text())
    logged = mlflow.MlflowClient().get_run(record["run_id"]).data.metrics
    assert content["formats"].keys() == files.keys()
    for name, entry in content["formats"].items():
        assert (files[name] in content["files"]) == entry["shipped"]
        assert entry["impostors"] == "skilled"
        assert f"`{name}` is {'' if entry['shipped'] else 'not '}shipped: {entry['reason']}" in card
        for figure in ("eer_change", "flipped", "max_abs_difference", "speed_ratio", "bytes"):
            assert figures[f"{name}/{figure}"] == entry[figure] == logged[f"{name}/{figure}"]


@pytest.mark.parametrize(
    ("role", "missing", "step"),
    [("prepared", "images.npy", "preprocess"), ("split", "split.parquet", "split")],
)
def test_formats_of_8_bits_need_prepared_images_and_their_split(
    role: str,
    missing: str,
    step: str,
    inputs: dict[str, Path],
    writers: dict[str, Path],
    tmp_path: Path,
) -> None:
    from components.freeze import step as freeze

    broken = shutil.copytree(writers[role], tmp_path / role)
    (broken / missing).unlink()
    folders = {**inputs, **writers, role: broken}
    with pytest.raises(InputError, match=f"{missing}: no such file; run the step '{step}' first"):
        freeze.run(FreezeParams(formats=["int8"]), **folders, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
@pytest.mark.parametrize("export_name", ["saved_model", "frozen_graph", "onnx"])
def test_an_export_of_other_weights_fails_and_the_old_folder_stays(
    export_name: str, inputs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.freeze import export, frozen_graph, onnx_export

    module, name = {
        "saved_model": (export, "save"),
        "frozen_graph": (frozen_graph, "freeze"),
        "onnx": (onnx_export, "write"),
    }[export_name]
    genuine = getattr(module, name)

    def of_other_weights(serving: object, *arguments: object) -> object:
        kernel = serving.weights[0]  # type: ignore[attr-defined]
        values = kernel.numpy()
        kernel.assign(-values)
        try:
            return genuine(serving, *arguments)
        finally:
            kernel.assign(values)

    monkeypatch.setattr(module, name, of_other_weights)
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").touch()
    with pytest.raises(
        InputError, match=rf"{export_name}: embeddings differ .* more than freeze.tolerance 0.0001"
    ):
        run(inputs, out)
    assert [path.name for path in out.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["out"]


@pytest.mark.parametrize(
    ("role", "missing", "step"),
    [
        ("raw", "catalog.csv", "ingest"),
        ("embedder", "embedder.keras", "train"),
        ("embedder", "normalise.json", "train"),
        ("evaluation", "metrics.json", "evaluate"),
        ("evaluation", "decision.json", "evaluate"),
    ],
)
def test_a_missing_input_is_named_with_the_step_that_writes_it(
    role: str, missing: str, step: str, inputs: dict[str, Path], tmp_path: Path
) -> None:
    broken = shutil.copytree(inputs[role], tmp_path / role)
    (broken / missing).unlink()
    with pytest.raises(InputError, match=f"{missing}: no such file; run the step '{step}' first"):
        run(inputs, tmp_path / "out", **{role: broken})
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_model_is_logged_with_its_signature(
    frozen: tuple[Path, dict[str, float]], images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    use_store(frozen[0].parent, monkeypatch)
    record = json.loads((frozen[0] / "mlflow_run.json").read_text())
    run = mlflow.MlflowClient().get_run(record["run_id"])
    assert run.info.status == "FINISHED"
    (logged,) = run.outputs.model_outputs
    in_mlflow = mlflow.MlflowClient().get_logged_model(logged.model_id)
    assert logged.step == EVALUATED.step
    figures = {metric.key: metric.value for metric in in_mlflow.metrics}
    assert figures == {"verify/eer_skilled": 0.125}
    model = mlflow.pyfunc.load_model(f"models:/{logged.model_id}")
    assert model.metadata.signature is not None
    assert np.asarray(model.predict(images)).shape == (len(images), 8)


def test_damaged_figures_are_bad_input(inputs: dict[str, Path], tmp_path: Path) -> None:
    broken = shutil.copytree(inputs["evaluation"], tmp_path / "evaluation")
    (broken / "metrics.json").write_text("{")
    with pytest.raises(InputError, match=r"metrics.json: not valid JSON"):
        run(inputs, tmp_path / "out", evaluation=broken)
    assert not (tmp_path / "out").exists()
