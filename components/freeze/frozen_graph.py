"""A true frozen graph: one file, the weights folded in as constants, no variables and no checkpoint
beside it.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from components.freeze.export import INPUT, OUTPUT


def freeze(module: tf.Module) -> tf.compat.v1.GraphDef:
    """The serving function as a GraphDef with the input tensor `images:0` and the output tensor
    `embeddings:0`.
    """
    frozen = convert_variables_to_constants_v2(module.serve.get_concrete_function())
    return _needed_for(frozen.graph.as_graph_def(), OUTPUT)


def write(graph: tf.compat.v1.GraphDef, path: Path) -> None:
    path.write_bytes(graph.SerializeToString())


def run_frozen_graph(path: Path, images: npt.NDArray[np.object_]) -> npt.NDArray[np.float32]:
    """Embeds encoded images, bytes [N], with a frozen graph read from disk; returns float32 [N, D]."""
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


def _needed_for(graph: tf.compat.v1.GraphDef, output: str) -> tf.compat.v1.GraphDef:
    """The part of a graph that computes one node: lowered loops leave placeholders behind that
    nothing reads.
    """
    nodes = {node.name: node for node in graph.node}
    needed: set[str] = set()
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(
                source.removeprefix("^").partition(":")[0] for source in nodes[name].input
            )
    kept = [node for node in graph.node if node.name in needed]
    return tf.compat.v1.GraphDef(node=kept, versions=graph.versions, library=graph.library)


def _without_value(node: tf.compat.v1.NodeDef) -> tf.compat.v1.NodeDef:
    if node.op != "Const":
        return node
    bare = tf.compat.v1.NodeDef(name=node.name, op=node.op, device=node.device, input=node.input)
    bare.attr["dtype"].CopyFrom(node.attr["dtype"])
    bare.attr["value"].tensor.dtype = node.attr["value"].tensor.dtype
    bare.attr["value"].tensor.tensor_shape.CopyFrom(node.attr["value"].tensor.tensor_shape)
    return bare
