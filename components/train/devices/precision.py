"""The precision that this machine trains in."""

from pathlib import Path
from typing import Literal

import keras

AMPERE = (8, 0)
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}
CPU_INFO = Path("/proc/cpuinfo")


def resolve(precision: Literal["auto", "float32", "mixed_bfloat16"]) -> str:
    """Returns the policy for `auto`: mixed_bfloat16 if the hardware has it natively, else float32.

    Any other precision is returned as it is.
    """
    if precision != "auto":
        return precision
    return "mixed_bfloat16" if _has_native_bfloat16() else "float32"


def _has_native_bfloat16() -> bool:
    """Returns True if all GPUs have a compute capability of 8.0 or more; without a GPU, if the
    CPU's flags name bfloat16, which TensorFlow does not report.
    """
    if keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() == "gpu":
            return all(float(device.compute_capability) >= AMPERE[0] for device in jax.devices())
    else:
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        if details:
            return all((detail.get("compute_capability") or (0, 0)) >= AMPERE for detail in details)
    return CPU_INFO.is_file() and not BFLOAT16_FLAGS.isdisjoint(CPU_INFO.read_text().split())
