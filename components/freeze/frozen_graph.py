"""The frozen graph: one file, with the weights as constants and without variables."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.python.framework import meta_graph
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from components.freeze.export import INPUT, OUTPUT
from components.shared.model import operations


def freeze(module: tf.Module) -> tf.compat.v1.GraphDef:
    """Freezes a module's serving function.

    Args:
        module: as `export.build_serving_module` returns it.

    Returns:
        A GraphDef with the input tensor `images:0` and the output tensor `embeddings:0`; its
        functions are the steps of the decoding.
    """
    return freeze_function(module.serve)


def freeze_function(function: Any) -> tf.compat.v1.GraphDef:
    """Freezes a tf.function, whose output's node is `embeddings`."""
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    return _without_defaults(_subgraph(frozen.graph.as_graph_def(), OUTPUT))


def write(graph: tf.compat.v1.GraphDef, path: Path) -> None:
    """Writes a graph as a binary file."""
    path.write_bytes(graph.SerializeToString())


def run_frozen_graph(path: Path, images: npt.NDArray[np.object_]) -> npt.NDArray[np.float32]:
    """Embeds encoded images, bytes [N], with a frozen graph from disk; returns float32 [N, D]."""
    operations.check_frozen_graph(path)
    definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    with tf.compat.v1.Session(graph=graph) as session:
        embeddings: npt.NDArray[np.float32] = session.run(f"{OUTPUT}:0", {f"{INPUT}:0": images})
    return embeddings


def write_tensorboard(graph: tf.compat.v1.GraphDef, folder: Path) -> None:
    """Writes the graph's structure as a TensorBoard log: all nodes, without the weights' values."""
    nodes = [_without_value(node) for node in graph.node]
    structure = tf.compat.v1.GraphDef(node=nodes, versions=graph.versions, library=graph.library)
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default(step=0):
        tf.summary.graph(structure)
    writer.close()


def _subgraph(graph: tf.compat.v1.GraphDef, output: str) -> tf.compat.v1.GraphDef:
    """Returns the part of a graph that computes one node.

    The rest are placeholders that lowered loops leave behind and no node reads.
    """
    nodes = {node.name: node for node in graph.node}
    needed: set[str] = set()
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [_node_name(tensor) for tensor in nodes[name].input]
    subgraph = [node for node in graph.node if node.name in needed]
    return tf.compat.v1.GraphDef(node=subgraph, versions=graph.versions, library=graph.library)


def _without_defaults(graph: tf.compat.v1.GraphDef) -> tf.compat.v1.GraphDef:
    """Returns a graph without attributes of default value, as a SavedModel is stored.

    An older TensorFlow refuses a graph with an attribute that it does not know.
    """
    stripped = tf.compat.v1.MetaGraphDef(graph_def=graph)
    meta_graph.strip_graph_default_valued_attrs(stripped)
    return stripped.graph_def


def _node_name(tensor: str) -> str:
    """Returns the node of an input, which may be `name`, `name:1` or `^name` (control)."""
    return tensor.removeprefix("^").partition(":")[0]


def _without_value(node: tf.compat.v1.NodeDef) -> tf.compat.v1.NodeDef:
    if node.op != "Const":
        return node
    bare = tf.compat.v1.NodeDef(name=node.name, op=node.op, device=node.device, input=node.input)
    bare.attr["dtype"].CopyFrom(node.attr["dtype"])
    bare.attr["value"].tensor.dtype = node.attr["value"].tensor.dtype
    bare.attr["value"].tensor.tensor_shape.CopyFrom(node.attr["value"].tensor.tensor_shape)
    return bare
