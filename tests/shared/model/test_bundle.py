"""The bundle: written with its hashes, read only where they hold, old ones included."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.shared.data.normalisation import Normalisation
from components.shared.model import bundle
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from components.shared.verification import threshold
from components.shared.verification.threshold import Threshold

SIZE = Normalisation(height=16, width=24)
CHOSEN = [Threshold("skilled", 1, "equal_error", 0.5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle, the graph of which is a few bytes."""
    (tmp_path / "saved_model").mkdir()
    (tmp_path / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    SIZE.save(tmp_path / "normalise.json")
    threshold.write(CHOSEN, tmp_path)
    bundle.write(tmp_path, {"data": {"catalog.csv": "0" * 64}})
    return tmp_path


def change(folder: Path, **content: Any) -> None:
    """Writes other values into the manifest; None removes one."""
    manifest = {**json.loads((folder / "manifest.json").read_text()), **content}
    known = {key: value for key, value in manifest.items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(known))


def test_a_bundle_is_read_as_it_was_written(folder: Path) -> None:
    contents = bundle.read(folder)
    assert (contents.normalisation, contents.thresholds, contents.catalog) == (
        SIZE,
        CHOSEN,
        "0" * 64,
    )
    assert contents.image_sample == []  # as in bundles of earlier versions
    assert contents.saved_model == folder / "saved_model"


def test_the_manifest_names_its_schema_and_every_other_file(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["schema"] == 1
    names = ["normalise.json", "saved_model/saved_model.pb", "threshold.json"]
    assert manifest["files"] == {name: sha256(folder / name) for name in names}


def test_the_version_is_that_of_the_manifests_bytes(folder: Path) -> None:
    version = bundle.write(folder, {})
    assert version == bundle.version_of((folder / "manifest.json").read_bytes())
    assert version == sha256(folder / "manifest.json")
    assert bundle.short(version) == bundle.short(bundle.short(version)) == version[:12]
    assert bundle.write(folder, {"code": "another"}) != version


def test_a_bundle_from_before_schemas_is_read_as_ever(folder: Path) -> None:
    change(folder, schema=None)
    assert "schema" not in json.loads((folder / "manifest.json").read_text())
    assert bundle.read(folder).thresholds == CHOSEN


def test_a_newer_bundle_is_refused_with_what_to_do(folder: Path) -> None:
    change(folder, schema=2, files=None)  # a newer one may have moved all else
    with pytest.raises(
        InputError, match=r"manifest\.json: schema 2, written by newer code .* update this code, or"
    ):
        bundle.read(folder)


@pytest.mark.parametrize("schema", ["1", 0, 1.0, True])
def test_a_schema_that_is_no_number_from_1_is_refused(folder: Path, schema: Any) -> None:
    change(folder, schema=schema)
    with pytest.raises(
        InputError, match=r"schema .* is not a number from 1; take the whole bundle anew"
    ):
        bundle.read(folder)


def test_a_bundle_whose_network_reads_other_files_is_refused_wherever_it_is_in_it(
    folder: Path,
) -> None:
    import onnx

    model = onnx.ModelProto()
    model.graph.initializer.add().external_data.add(key="location", value="/etc/hostname")
    place = folder / "triton" / "signatures" / "1" / "model.onnx"
    place.parent.mkdir(parents=True)
    place.write_bytes(model.SerializeToString())
    bundle.write(folder, {})
    with pytest.raises(InputError, match=r"model\.onnx: has weights in another file"):
        bundle.read(folder)


def test_a_file_that_was_changed_is_refused(folder: Path) -> None:
    (folder / "threshold.json").write_text("[]")
    with pytest.raises(
        InputError, match=r"threshold\.json: its sha256 is not that of manifest\.json"
    ):
        bundle.read(folder)


def test_thresholds_that_are_none_are_refused(folder: Path) -> None:
    (folder / "threshold.json").write_text("{")
    bundle.write(folder, {})
    with pytest.raises(InputError, match=r"not what evaluate writes; freeze the model again"):
        bundle.read(folder)


def test_a_bundle_without_a_version_of_its_normalisation_has_the_first(folder: Path) -> None:
    assert bundle.read(folder).normalisation_version == 1
    change(folder, normalisation={"version": 2, "height": 16, "width": 24})
    assert bundle.read(folder).normalisation_version == 2
