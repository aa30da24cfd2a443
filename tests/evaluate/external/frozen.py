"""The graph of a frozen model that is quick to make: an embedder of two layers."""

from pathlib import Path

from components.shared.data.normalisation import Normalisation

SPEC = Normalisation(height=16, width=24)


def write_graph(folder: Path) -> None:
    """Writes saved_model/ and normalise.json into a folder."""
    import keras

    from components.freeze import export

    keras.utils.set_random_seed(0)
    pixels = keras.Input(SPEC.shape)
    hidden = keras.layers.Dense(8)(keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels)))
    network = keras.Model(pixels, keras.layers.UnitNormalization()(hidden))
    export.save(export.build_serving_module(network, SPEC), folder / "saved_model")
    SPEC.save(folder / "normalise.json")
