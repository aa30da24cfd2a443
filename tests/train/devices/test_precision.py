"""The precision of this machine."""

from pathlib import Path
from typing import Any, Literal

import pytest
import tensorflow as tf

from components.train.devices import precision


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16"])
def test_a_precision_that_is_named_is_taken_on_any_machine(
    name: Literal["float32", "mixed_bfloat16"],
) -> None:
    assert precision.resolve(name) == name


@pytest.mark.parametrize(
    ("flags", "policy"),
    [
        ("fpu sse avx512_bf16 aes", "mixed_bfloat16"),
        ("fpu amx_bf16", "mixed_bfloat16"),
        ("fpu sse avx512f", "float32"),
    ],
)
def test_a_cpu_is_judged_by_its_flags(
    flags: str, policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(f"flags\t\t: {flags}\n")
    monkeypatch.setattr(precision, "CPU_INFO", file)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert precision.resolve("auto") == policy


def test_a_machine_that_does_not_describe_its_cpu_trains_in_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "CPU_INFO", tmp_path / "missing")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert precision.resolve("auto") == "float32"


@pytest.mark.parametrize(
    ("capabilities", "policy"),
    [
        ([(8, 0), (9, 0)], "mixed_bfloat16"),
        ([(8, 0), (7, 5)], "float32"),
        ([None], "float32"),
    ],
)
def test_all_gpus_must_have_it(
    capabilities: list[Any], policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: capabilities)
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda capability: {"compute_capability": capability},
    )
    assert precision.resolve("auto") == policy
