"""The name of what an embedding depends on: the same of the same weights, and of no others."""

from pathlib import Path
from typing import Any

import numpy as np

from components.freeze.space import space_of
from components.shared.data.normalisation import Normalisation

SPEC = Normalisation(height=16, width=24)


def weight(value: float, path: str, shape: tuple[int, ...] = (2, 3)) -> Any:
    import keras

    return keras.Variable(np.full(shape, value, np.float32), name=path)


def test_the_order_of_the_weights_does_not_count() -> None:
    weights = [weight(1, "kernel"), weight(2, "bias")]
    assert space_of(weights, SPEC) == space_of(weights[::-1], SPEC)


def test_another_value_name_shape_or_normalisation_is_another_space() -> None:
    weights = [weight(1, "kernel"), weight(2, "bias")]
    spaces = {
        space_of(weights, SPEC),
        space_of([weights[0], weight(3, "bias")], SPEC),
        space_of([weights[0], weight(2, "offset")], SPEC),
        space_of([weights[0], weight(2, "bias", (6,))], SPEC),
        space_of([weight(2, "kernel"), weight(1, "bias")], SPEC),
        space_of(weights, Normalisation(height=16, width=25)),
        space_of(weights, Normalisation(mode="tone", height=16, width=24)),
    }
    assert len(spaces) == 7


def test_a_model_is_of_one_space_however_often_it_is_saved_and_loaded(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    from components.shared.model.embedder import load_embedder

    model = load_embedder(inputs["embedder"])
    model.save(tmp_path / "embedder.keras")
    again = load_embedder(tmp_path)
    again(np.zeros((2, 16, 24, 1), np.uint8), training=False)
    assert space_of(again.weights, SPEC) == space_of(model.weights, SPEC)
