"""The folder for TensorFlow Serving: numbered, without variables, for bytes and for pixels."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, Path]) -> Path:
    """The folder of the version 1."""
    from components.freeze import export, frozen_graph, tf_serving
    from components.shared.data.normalisation import Normalisation
    from components.shared.model.embedder import load_embedder

    folder = tmp_path_factory.mktemp("served")
    spec = Normalisation.load(inputs["embedder"] / "normalise.json")
    module = export.build_serving_module(load_embedder(inputs["embedder"]), spec)
    tf_serving.write(module, frozen_graph.freeze(module), folder)
    return folder / "1"


def test_both_signatures_give_the_embeddings_of_the_keras_model(
    version: Path, inputs: dict[str, Path], images: npt.NDArray[np.object_]
) -> None:
    from components.freeze import export, parity_images
    from components.shared.data.normalisation import Normalisation
    from components.shared.model.embedder import load_embedder

    spec = Normalisation.load(inputs["embedder"] / "normalise.json")
    normalised = parity_images.normalise_each(images, spec)
    expected = np.asarray(load_embedder(inputs["embedder"])(normalised, training=False))
    for embeddings in export.run_signatures(version, images, normalised):
        np.testing.assert_allclose(embeddings, expected, atol=1e-5)


def test_the_signatures_are_for_any_number_of_strings_or_of_normalised_images(
    version: Path,
) -> None:
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel.FromString((version / "saved_model.pb").read_bytes())
    (graph,) = model.meta_graphs
    assert list(graph.meta_info_def.tags) == ["serve"]
    assert graph.signature_def.keys() == {"serving_default", "pixels"}
    for name, argument, dtype, rank in [
        ("serving_default", "images", tf.string, 1),
        ("pixels", "pixels", tf.uint8, 4),
    ]:
        signature = graph.signature_def[name]
        assert signature.method_name == "tensorflow/serving/predict"
        ((given, info),) = signature.inputs.items()
        assert (given, tf.as_dtype(info.dtype)) == (argument, dtype)
        assert info.tensor_shape.dim[0].size == -1
        assert len(info.tensor_shape.dim) == rank
        assert signature.outputs.keys() == {"embeddings"}


def test_one_file_without_variables_or_operations_of_newer_versions_is_all(version: Path) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    assert [path.name for path in version.iterdir()] == ["saved_model.pb"]
    model = saved_model_pb2.SavedModel.FromString((version / "saved_model.pb").read_bytes())
    definition = model.meta_graphs[0].graph_def
    operations = {node.op for node in definition.node}
    for function in definition.library.function:
        operations |= {node.op for node in function.node_def}
    assert not operations & {"VarHandleOp", "ReadVariableOp", "DisableCopyOnRead", "RestoreV2"}


def test_an_image_that_cannot_be_used_is_a_row_of_nan_here_too(
    version: Path, images: npt.NDArray[np.object_]
) -> None:
    from components.freeze import export

    embeddings = export.run_saved_model(version, np.array([b"no image", images[0]], dtype=object))
    assert np.isnan(embeddings[0]).all()
    assert np.isfinite(embeddings[1]).all()
