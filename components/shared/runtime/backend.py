"""Keras's backend: loaded without noise and without a second one, and exact in float32.

Every step that needs one sets it up in its `run`, before it imports Keras or TensorFlow.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from components.shared.runtime import cores, progress
from components.shared.runtime.errors import InputError


def name() -> str:
    """Returns the name of Keras's backend, `tensorflow` or `jax`, without importing it."""
    return os.environ.get("KERAS_BACKEND", "tensorflow")


def uses_xla() -> bool:
    """Returns True where a model that only embeds is compiled with XLA, which is on JAX.

    TensorFlow's XLA slows ResNet50 tenfold on CPUs.
    """
    return name() == "jax"


def set_up() -> None:
    """Sets up Keras's backend, as KERAS_BACKEND names it, in exact float32, on its cores alone.

    Raises:
        InputError: KERAS_BACKEND names another than tensorflow and jax.
    """
    load()
    limit_blas()
    exact_float32()


def set_up_tensorflow() -> None:
    """Sets up TensorFlow, whatever KERAS_BACKEND says, in exact float32, on its cores alone."""
    load_tensorflow()
    limit_blas()
    exact_float32()


def load() -> None:
    """Imports TensorFlow where it is Keras's backend; elsewhere hides it.

    keras_hub imports TensorFlow wherever it is installed, whatever the backend, which costs 5 to
    12 s and memory of the GPU. It works without, as on a machine that has no TensorFlow.

    Raises:
        InputError: KERAS_BACKEND names another backend than tensorflow and jax.
    """
    if name() == "tensorflow":
        load_tensorflow()
    elif name() != "jax":
        raise InputError(f"KERAS_BACKEND is '{name()}', but must be tensorflow or jax")
    elif "tensorflow" not in sys.modules:
        os.environ.setdefault("PJRT_NPROC", str(cores.available()))
        _hide_tensorflow()


def load_tensorflow() -> None:
    """Imports TensorFlow, which takes 5 to 12 s, and lists its devices.

    Keras runs on it if it is imported afterwards, whatever KERAS_BACKEND says: the normalisation
    and the exports need TensorFlow.

    oneDNN is switched on by name: TensorFlow chooses it by itself only on CPUs with AVX-512 VNNI,
    and without it ResNet50 trains three times slower on a CPU with AVX2.

    TensorFlow writes to the file descriptor of stderr whatever TF_CPP_MIN_LOG_LEVEL says; the lines
    are of no use, and one of them calls a machine without a GPU an error.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if not progress.is_quiet():
        sys.stderr.write("loading TensorFlow …\n")
        sys.stderr.flush()
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        import tensorflow as tf

        _limit_tensorflow()
        tf.config.list_physical_devices()
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


def exact_float32() -> None:
    """Makes products of float32 keep its 24 bits on GPUs too.

    Their default is TensorFloat-32 with 11 bits, whose rounding exceeds the distances between alike
    embeddings. bfloat16, in which networks train on such GPUs, is not concerned.
    """
    if name() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(False)
    else:
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")


def limit_blas() -> None:
    """Keeps BLAS and OpenMP from starting more threads than this process may keep busy.

    By themselves they start one for each core of the machine, whatever the container's limit. Those
    that are loaded later read it in the environment.
    """
    from threadpoolctl import ThreadpoolController

    count = cores.available()
    os.environ.setdefault("OMP_NUM_THREADS", str(count))
    for library in ThreadpoolController().lib_controllers:
        if library.num_threads > count:
            library.set_num_threads(count)


def _limit_tensorflow() -> None:
    """Likewise, but for a number that the user has named in TF_NUM_INTRAOP_THREADS."""
    import tensorflow as tf

    threading, count = tf.config.threading, cores.available()
    if os.environ.get("TF_NUM_INTRAOP_THREADS", "0") == "0":
        threading.set_intra_op_parallelism_threads(count)
    if os.environ.get("TF_NUM_INTEROP_THREADS", "0") == "0":
        threading.set_inter_op_parallelism_threads(count)


def _hide_tensorflow() -> None:
    if not any(isinstance(finder, _Absent) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Absent())


class _Absent(importlib.abc.MetaPathFinder):
    """An import hook that makes TensorFlow look as if it were not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in {"tensorflow", "tensorflow_text"}:
            raise ModuleNotFoundError(
                f"{fullname} is kept out: Keras runs on {name()}", name=fullname
            )
        return None
