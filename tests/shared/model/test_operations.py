"""Models that read or write a file, in each form; those of the project are checked where they are
made, by the tests of freeze and of train.
"""

from collections.abc import Callable
from pathlib import Path

import keras
import onnx
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from components.shared.model import operations
from components.shared.model.embedder import read_model
from components.shared.runtime.errors import InputError

BYTES = [tf.TensorSpec([None], tf.string, name="images")]


def write_saved_model(folder: Path, run: Callable[[tf.Tensor], tf.Tensor]) -> Path:
    module = tf.Module()
    module.weights = tf.Variable([1.0, 2.0])

    @tf.function(input_signature=BYTES)
    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"embeddings": run(images)[:, None] * module.weights}

    module.serve = serve
    tf.saved_model.save(module, str(folder), signatures=serve)
    return folder


def lengths(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.strings.length(images), tf.float32)


def writing(images: tf.Tensor) -> tf.Tensor:
    with tf.control_dependencies([tf.io.write_file("/tmp/written", "x")]):
        return lengths(images)


def saving(images: tf.Tensor) -> tf.Tensor:
    tf.raw_ops.SaveV2(
        prefix="/tmp/saved", tensor_names=["a"], shape_and_slices=[""], tensors=[tf.constant(1.0)]
    )
    return lengths(images)


def reading_in_a_branch(images: tf.Tensor) -> tf.Tensor:
    return tf.cond(
        tf.size(images) > 3,
        lambda: lengths(tf.io.read_file(images[0])[None]),
        lambda: lengths(images),
    )


def in_python(images: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tf.numpy_function(lambda each: 1.0, [images], tf.float32), [1])


def printing_to_a_file(images: tf.Tensor) -> tf.Tensor:
    tf.print("x", output_stream="file:///tmp/printed")
    return lengths(images)


EVIL = [
    (writing, "WriteFile"),
    (saving, "SaveV2"),
    (reading_in_a_branch, "ReadFile"),
    (printing_to_a_file, "PrintV2"),
    (in_python, "PyFunc"),
]


def test_a_saved_model_that_computes_alone_is_taken_with_the_saving_of_its_own_variables(
    tmp_path: Path,
) -> None:
    operations.check_saved_model(write_saved_model(tmp_path, lengths))


@pytest.mark.parametrize(("run", "operation"), EVIL)
def test_a_saved_model_that_touches_files_is_refused_by_the_name_of_its_operation(
    tmp_path: Path, run: Callable[[tf.Tensor], tf.Tensor], operation: str
) -> None:
    write_saved_model(tmp_path, run)
    with pytest.raises(InputError, match=f"saved_model.pb: has '{operation}', which no network"):
        operations.check_saved_model(tmp_path)


def test_what_tensorflow_1_would_run_outside_of_functions_may_not_save_either(
    tmp_path: Path,
) -> None:
    path = write_saved_model(tmp_path, lengths) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    saved.meta_graphs[0].ClearField("object_graph_def")
    path.write_bytes(saved.SerializeToString())
    with pytest.raises(InputError, match=r"has '(Assign|MergeV2|RestoreV2|SaveV2)"):
        operations.check_saved_model(tmp_path)


def test_a_function_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    path = write_saved_model(tmp_path, lengths) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    saved.meta_graphs[0].graph_def.library.function[0].attr["api_implements"].s = b"embed"
    path.write_bytes(saved.SerializeToString())
    with pytest.raises(InputError, match="functions in the place of others"):
        operations.check_saved_model(tmp_path)


@pytest.mark.parametrize(("run", "operation"), EVIL)
def test_a_frozen_graph_that_touches_files_is_refused(
    tmp_path: Path, run: Callable[[tf.Tensor], tf.Tensor], operation: str
) -> None:
    function = tf.function(run, input_signature=BYTES).get_concrete_function()
    path = tmp_path / "frozen_graph.pb"
    path.write_bytes(function.graph.as_graph_def().SerializeToString())
    with pytest.raises(InputError, match=f"frozen_graph.pb: has '{operation}'"):
        operations.check_frozen_graph(path)


def write_onnx(path: Path, node: onnx.NodeProto) -> Path:
    kind = onnx.TensorProto.FLOAT
    values = [onnx.helper.make_tensor_value_info(name, kind, [2]) for name in ("x", "y")]
    graph = onnx.helper.make_graph([node], "g", values[:1], values[1:])
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    return path


def test_an_onnx_file_of_other_operations_or_domains_is_refused(tmp_path: Path) -> None:
    path, make = tmp_path / "embedder.onnx", onnx.helper.make_node
    operations.check_onnx(write_onnx(path, make("Relu", ["x"], ["y"])))
    inner = onnx.helper.make_graph([make("Strange", [], ["z"])], "inner", [], [])
    branch = make("Identity", ["x"], ["y"], then=inner)
    for node, name in (
        (make("Strange", ["x"], ["y"]), "Strange"),
        (make("Relu", ["x"], ["y"], domain="own"), "own"),
        (branch, "Strange"),
    ):
        with pytest.raises(InputError, match=f"embedder.onnx: has '{name}', which no network"):
            operations.check_onnx(write_onnx(path, node))


class Own(keras.layers.Layer):  # type: ignore[misc]
    """A layer with code of its own."""

    def call(self, values: object) -> object:
        return values


@pytest.mark.parametrize(
    ("layer", "name"), [(Own(), "Own"), (keras.layers.Lambda(lambda values: values), "Lambda")]
)
def test_a_layer_with_code_of_its_own_is_refused(
    tmp_path: Path, layer: keras.layers.Layer, name: str
) -> None:
    images = keras.Input((4, 4, 1))
    keras.Model(images, layer(images)).save(tmp_path / "embedder.keras")
    with pytest.raises(InputError, match=rf"embedder.keras: has '(\w+\.)*{name}', which no net"):
        read_model(tmp_path / "embedder.keras")


def test_a_file_that_is_no_graph_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "model"
    with pytest.raises(InputError, match="model: no such file"):
        operations.check_frozen_graph(path)
    path.write_bytes(b"\xff no model")
    with pytest.raises(InputError, match="model: damaged"):
        operations.check_frozen_graph(path)
