"""The normalisation in exported graphs, and on other paths through the CPU."""

import hashlib
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import normalise, normalise_batch
from tests.pictures import encode, png_of_size, strokes

PROJECT = Path(__file__).resolve().parents[2]
SHAPE = Normalisation(mode="shape", height=32, width=56)


def test_an_empty_batch_is_empty() -> None:
    assert normalise_batch(tf.constant([], tf.string), SHAPE).shape == (0, 32, 56, 1)


@pytest.fixture(scope="module")
def exported(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Callable[[tf.Tensor], tf.Tensor]]:
    """The normalisation as a SavedModel loaded again, and as a frozen graph."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    module = tf.Module()
    module.serve = tf.function(
        lambda images: normalise_batch(images, SHAPE),
        [tf.TensorSpec([None], tf.string)],
        autograph=False,
    )
    folder = tmp_path_factory.mktemp("exported")
    tf.saved_model.save(module, str(folder))
    frozen = convert_variables_to_constants_v2(module.serve.get_concrete_function())
    return {
        "saved": tf.saved_model.load(str(folder)).serve,
        "frozen": lambda images: frozen(images)[0],
    }


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("form", ["saved", "frozen"])
def test_an_exported_graph_normalises_alike(
    exported: dict[str, Callable[[tf.Tensor], tf.Tensor]], form: str
) -> None:
    files = [
        encode(strokes(1)),
        encode(strokes(2), "jpeg"),
        encode(Image.fromarray(strokes(3)).convert("RGBA")),
        encode(255 - strokes(1)),
    ]
    expected = np.stack([normalise(tf.constant(data), SHAPE) for data in files])
    np.testing.assert_array_equal(exported[form](tf.constant(files)), expected)


@pytest.mark.parametrize("form", ["saved", "frozen"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (encode(np.full((9, 9), 200, np.uint8)), "blank image"),
        (encode(np.pad(np.zeros((50, 80), np.uint8), 5, constant_values=235)), "no writing"),
        (b"text", "neither a PNG"),
        (png_of_size(40_000, 40_000), "too many pixels"),
    ],
)
def test_an_exported_graph_refuses_alike(
    exported: dict[str, Callable[[tf.Tensor], tf.Tensor]], form: str, data: bytes, message: str
) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        exported[form](tf.constant([encode(strokes(1)), data]))


ELSEWHERE = """
import sys
from pathlib import Path
from tests.shared.test_normalise_elsewhere import digests
print(*digests([Path(name).read_bytes() for name in sys.argv[1:]]))
"""


def digests(files: list[bytes]) -> list[str]:
    """Returns the sha256 of every file in every mode, normalised by this process."""
    specs = [
        Normalisation(mode=mode) for mode in get_args(Normalisation.model_fields["mode"].annotation)
    ]
    pairs = itertools.product(specs, files)
    images = [normalise(tf.constant(data), spec) for spec, data in pairs]
    return [hashlib.sha256(image.numpy().tobytes()).hexdigest() for image in images]


@pytest.mark.slow
def test_every_cpu_path_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [encode(strokes(seed, 300, 500)) for seed in range(3)]
    files += [
        encode(255 - strokes(0, 300, 500)),
        encode(strokes(3), "jpeg"),
        encode(np.dstack([strokes(4), strokes(4, ink=60), strokes(4, paper=250)])),
        encode(np.dstack([strokes(5)] * 3 + [np.full((90, 160), 255, np.uint8)])),
    ]
    for i, data in enumerate(files):
        (tmp_path / f"{i}.image").write_bytes(data)
    command = [sys.executable, "-c", ELSEWHERE, *map(str, sorted(tmp_path.iterdir()))]
    running = [
        subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(PROJECT), **path}, stdout=subprocess.PIPE
        )
        for path in ({"TF_ENABLE_ONEDNN_OPTS": "0"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"})
    ]
    expected = digests(files)
    assert len(expected) == 3 * len(files)
    for process in running:
        assert process.communicate()[0].decode().split() == expected
