"""Which precision this machine trains in."""

from pathlib import Path
from typing import Literal

import keras

AMPERE = (8, 0)


def resolve(precision: Literal["auto", "float32", "mixed_bfloat16"]) -> str:
    """`auto` is mixed_bfloat16 where the hardware has it natively, else float32."""
    if precision != "auto":
        return precision
    return "mixed_bfloat16" if _native_bfloat16() else "float32"


def _native_bfloat16() -> bool:
    """GPUs from compute capability 8.0 on; CPUs whose flags say avx512_bf16 or amx_bf16 (TensorFlow
    does not tell).
    """
    if keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() == "gpu":
            return all(float(device.compute_capability) >= AMPERE[0] for device in jax.devices())
    else:
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        if gpus:
            capability = [
                tf.config.experimental.get_device_details(gpu).get("compute_capability")
                for gpu in gpus
            ]
            return all(c is not None and c >= AMPERE for c in capability)
    flags = Path("/proc/cpuinfo")
    return flags.is_file() and not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags.read_text().split())
