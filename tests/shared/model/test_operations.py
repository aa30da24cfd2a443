"""Models that read or write a file, in each form; those of the project are checked where they are
made, by the tests of freeze and of train.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from tensorflow.core.framework import function_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

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


def has_substitute(saved: meta_graph_pb2.MetaGraphDef) -> None:
    saved.graph_def.library.function[0].attr["api_implements"].s = b"embed"


def function_of(saved: meta_graph_pb2.MetaGraphDef, part: str) -> function_pb2.FunctionDef:
    return next(each for each in saved.graph_def.library.function if part in each.signature.name)


def calls_by_operation(saved: meta_graph_pb2.MetaGraphDef) -> None:
    """TensorFlow's loader turns a node whose operation is a function's name into a call of it."""
    saver = function_of(saved, "traced_save")
    for node in saved.graph_def.node:
        if node.attr["f"].func.name == saver.signature.name:
            node.attr["f"].func.name = "Abs"
    saver.signature.name = "Abs"
    function_of(saved, "serve").node_def.add(name="x", op="Abs")


def calls_a_saver(saved: meta_graph_pb2.MetaGraphDef) -> None:
    node = function_of(saved, "serve").node_def.add(name="x", op="PartitionedCall")
    node.attr["f"].func.name = function_of(saved, "traced_save").signature.name


def names_it_by_a_function(saved: meta_graph_pb2.MetaGraphDef) -> None:
    name = function_of(saved, "traced_save").signature.name
    saved.object_graph_def.nodes.add().function.concrete_functions.append(name)


def names_it_by_a_bare_function(saved: meta_graph_pb2.MetaGraphDef) -> None:
    name = function_of(saved, "traced_save").signature.name
    saved.object_graph_def.nodes.add().bare_concrete_function.concrete_function_name = name


def names_it_by_a_gradient(saved: meta_graph_pb2.MetaGraphDef) -> None:
    name = function_of(saved, "traced_save").signature.name
    saved.graph_def.library.registered_gradients.add(gradient_func=name, registered_op_type="x")


def has_another_saver(saved: meta_graph_pb2.MetaGraphDef) -> None:
    other = saved.graph_def.library.function.add()
    other.CopyFrom(function_of(saved, "traced_save"))
    other.signature.name = "other"


def has_a_function_twice(saved: meta_graph_pb2.MetaGraphDef) -> None:
    serve = function_of(saved, "serve")
    saved.graph_def.library.function.add().CopyFrom(serve)
    serve.node_def.add(name="x", op="SaveV2")


def saves_outside_of_functions(saved: meta_graph_pb2.MetaGraphDef) -> None:
    saved.graph_def.node.add(name="x", op="SaveV2")


def calls_what_it_does_not_hold(saved: meta_graph_pb2.MetaGraphDef) -> None:
    """Names of functions inside of others' are not renamed as they are loaded."""
    node = function_of(saved, "serve").node_def.add(name="x", op="PartitionedCall")
    node.attr["f"].func.name = function_of(saved, "signature").signature.name
    node.attr["f"].func.attr["g"].func.name = "__inference__traced_save_9"


def saves_in_a_function_without_a_name(saved: meta_graph_pb2.MetaGraphDef) -> None:
    other = saved.graph_def.library.function.add()
    other.node_def.add(name="x", op="SaveV2")


def has_a_node_without_an_operation(saved: meta_graph_pb2.MetaGraphDef) -> None:
    """It would call a function without a name."""
    function_of(saved, "serve").node_def.add(name="x")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (saves_in_a_function_without_a_name, "has 'SaveV2'"),
        (has_a_node_without_an_operation, "has ''"),
        (has_substitute, "has functions in the place of others"),
        (calls_by_operation, "has a function in the place of the operation 'Abs'"),
        (calls_a_saver, "has '(MergeV2Checkpoints|SaveV2)'"),
        (names_it_by_a_function, "has '(MergeV2Checkpoints|SaveV2)'"),
        (names_it_by_a_bare_function, "has '(MergeV2Checkpoints|SaveV2)'"),
        (names_it_by_a_gradient, "has '(MergeV2Checkpoints|SaveV2)'"),
        (has_another_saver, "has '(MergeV2Checkpoints|SaveV2)'"),
        (has_a_function_twice, "has 'SaveV2'"),
        (saves_outside_of_functions, "has 'SaveV2'"),
        (calls_what_it_does_not_hold, "calls '__inference__traced_save_9'"),
    ],
)
def test_only_what_nothing_but_the_saver_can_run_may_save(
    tmp_path: Path, change: Callable[[meta_graph_pb2.MetaGraphDef], None], said: str
) -> None:
    path = write_saved_model(tmp_path, lengths) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    change(saved.meta_graphs[0])
    path.write_bytes(saved.SerializeToString())
    with pytest.raises(InputError, match=f"saved_model.pb: {said}"):
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


def in_an_initializer(graph: onnx.GraphProto) -> Any:
    return graph.initializer.add()


def in_a_sparse_initializer(graph: onnx.GraphProto) -> Any:
    return graph.sparse_initializer.add().values


def in_an_attribute(graph: onnx.GraphProto) -> Any:
    return graph.node[0].attribute.add(name="value").t


def in_a_branch(graph: onnx.GraphProto) -> Any:
    return graph.node[0].attribute.add(name="then").g.initializer.add()


@pytest.mark.parametrize(
    "place", [in_an_initializer, in_a_sparse_initializer, in_an_attribute, in_a_branch]
)
def test_an_onnx_file_whose_weights_are_elsewhere_is_refused_wherever_they_are_named(
    tmp_path: Path, place: Callable[[onnx.GraphProto], Any]
) -> None:
    path = write_onnx(tmp_path / "embedder.onnx", onnx.helper.make_node("Relu", ["x"], ["y"]))
    model = onnx.ModelProto.FromString(path.read_bytes())
    tensor = place(model.graph)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/hostname")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match=r"embedder\.onnx: has weights in another file"):
        operations.check_onnx(path)


def test_what_a_function_of_an_onnx_file_has_by_default_is_checked(tmp_path: Path) -> None:
    make = onnx.helper.make_node
    path = write_onnx(tmp_path / "embedder.onnx", make("Relu", ["x"], ["y"]))
    model = onnx.ModelProto.FromString(path.read_bytes())
    inner = onnx.helper.make_graph([make("Strange", [], ["z"])], "inner", [], [])
    default = model.functions.add(name="f").attribute_proto.add(name="then")
    default.g.CopyFrom(inner)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="has 'Strange'"):
        operations.check_onnx(path)


def test_a_graph_is_not_hidden_by_a_number_that_onnxruntime_cuts(tmp_path: Path) -> None:
    """It reads the keys of fields as 32 bits: here that of the graph, with one bit more."""
    path = write_onnx(tmp_path / "embedder.onnx", onnx.helper.make_node("Strange", ["x"], ["y"]))
    model = onnx.ModelProto.FromString(path.read_bytes())
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    key = encode(7 << 3 | 2 | 1 << 32)
    path.write_bytes(model.SerializeToString() + key + encode(len(graph)) + graph)
    with pytest.raises(Exception, match="Strange"):  # onnxruntime found it
        onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    with pytest.raises(InputError, match=r"embedder\.onnx: damaged"):
        operations.check_onnx(path)


def encode(number: int) -> bytes:
    """Writes a varint."""
    content = b""
    while number > 0x7F:
        content += bytes([number & 0x7F | 0x80])
        number >>= 7
    return content + bytes([number])


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
