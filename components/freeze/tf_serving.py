"""The folder that TensorFlow Serving and KServe read: versions by number, made of the frozen graph.

It has no variables and no operation that TensorFlow 2.6 does not know, which KServe's runtime is.
"""

from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from components.freeze import frozen_graph
from components.freeze.export import INPUT, OUTPUT, PIXELS

VERSION = "1"


def write(module: tf.Module, serve: tf.compat.v1.GraphDef, folder: Path) -> None:
    """Writes the version 1 of a frozen module.

    Its signature `serving_default` takes encoded images, in JSON as `{"b64": …}`; `pixels` takes
    normalised ones and cannot fail by what they show, so that a server may batch them.

    Args:
        module: as `export.build_serving_module` returns it.
        serve: its frozen serving function, as `frozen_graph.freeze` returns it.
        folder: to write the folder of the version in.
    """
    embed = frozen_graph.freeze_function(module.embed)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(serve, name="")
        tf.import_graph_def(embed, name=PIXELS)
        signatures = {
            "serving_default": _signature(graph, INPUT, f"{INPUT}:0", f"{OUTPUT}:0"),
            PIXELS: _signature(graph, PIXELS, f"{PIXELS}/{PIXELS}:0", f"{PIXELS}/{OUTPUT}:0"),
        }
        with tf.compat.v1.Session(graph=graph) as session:
            builder = tf.compat.v1.saved_model.Builder(str(folder / VERSION))
            builder.add_meta_graph_and_variables(
                session,
                [tf.saved_model.SERVING],
                signature_def_map=signatures,
                strip_default_attrs=True,
            )
            builder.save()
    (folder / VERSION / "variables").rmdir()  # there are none, and a store keeps no empty folder


def _signature(graph: tf.Graph, argument: str, tensor: str, output: str) -> Any:
    """Returns the signature of one input and the output `embeddings`."""
    return tf.compat.v1.saved_model.build_signature_def(
        inputs={argument: _describe(graph.get_tensor_by_name(tensor))},
        outputs={OUTPUT: _describe(graph.get_tensor_by_name(output))},
        method_name=tf.saved_model.PREDICT_METHOD_NAME,
    )


def _describe(tensor: tf.Tensor) -> Any:
    return meta_graph_pb2.TensorInfo(
        name=tensor.name, dtype=tensor.dtype.as_datatype_enum, tensor_shape=tensor.shape.as_proto()
    )
