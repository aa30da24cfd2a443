"""Loading the deep-learning backend without the noise that it makes before its log can be configured."""

import os
import sys


def load() -> None:
    """Imports TensorFlow (where it is Keras's backend), which takes 5 to 12 s, and looks for its devices.

    TensorFlow writes to the file descriptor of stderr whatever TF_CPP_MIN_LOG_LEVEL says; the lines are of no use, and
    one of them calls a machine without a GPU an error.
    """
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return
    sys.stderr.write("loading TensorFlow …\n")
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import tensorflow as tf

        tf.config.list_physical_devices()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
