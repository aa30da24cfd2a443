"""The architecture in an embedder's file, and embedders made before there was one in it.

`embedders/whole.keras` and `embedders/views.keras` are of that time; what they gave then is below.
"""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from components.shared.model.architecture import Architecture
from components.shared.model.embedder import embed, load_embedder

OLD = Path(__file__).parent / "embedders"
SHAPE = (16, 16, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (3, *SHAPE)).astype(np.uint8)
IMAGES[:, :, :4] = 255
ARCHITECTURES = {
    "whole": Architecture(SHAPE, 4, 0.25, pooled_blocks=(1,)),
    "views": Architecture(SHAPE, 6, 0.0, (1, 2), 2, views=("whole", "mirror", "left")),
}
EMBEDDINGS = {
    "whole": [
        [-0.321147, -0.8592467, 0.3959639, 0.04210052],
        [-0.34451923, -0.8225359, 0.44612047, 0.07561731],
        [-0.3937897, -0.7953697, 0.44656512, 0.11356168],
    ],
    "views": [
        [0.39877298, -0.41750854, 0.47034794, -0.3348225, 0.30309242, -0.49139428],
        [0.48962098, -0.30594867, 0.4162671, -0.4000688, 0.42116553, -0.39490873],
        [0.5462118, -0.18704543, 0.5038673, -0.2818705, 0.54444236, -0.19213495],
    ],
}


@pytest.fixture(params=["whole", "views"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def old(name: str, tmp_path: Path) -> Path:
    """A folder with an embedder of the old format."""
    shutil.copy(OLD / f"{name}.keras", tmp_path / "embedder.keras")
    return tmp_path


def config_of(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as archive:
        config: dict[str, object] = json.loads(archive.read("config.json"))["config"]
    return config


def test_an_old_embedder_gives_the_embeddings_that_it_gave_and_its_architecture(
    name: str, old: Path
) -> None:
    assert "architecture" not in config_of(old / "embedder.keras")
    embedder = load_embedder(old)
    assert embedder.architecture == ARCHITECTURES[name]
    np.testing.assert_allclose(embed(embedder, IMAGES, progress=False), EMBEDDINGS[name], atol=1e-5)


def test_an_old_embedder_saved_again_carries_its_architecture_in_its_configuration(
    name: str, old: Path, tmp_path: Path
) -> None:
    load_embedder(old).save(tmp_path / "embedder.keras")
    assert config_of(tmp_path / "embedder.keras")["architecture"] == (
        ARCHITECTURES[name].to_config()
    )
    again = load_embedder(tmp_path)
    assert again.architecture == ARCHITECTURES[name]
    np.testing.assert_allclose(embed(again, IMAGES, progress=False), EMBEDDINGS[name], atol=1e-5)


def test_an_old_embedder_is_cloned_and_so_is_its_untrained_network(name: str, old: Path) -> None:
    from components.evaluate.audit import baselines
    from components.train.model import network

    embedder = load_embedder(old)
    clone = network.clone_in_precision(embedder, "float32")
    np.testing.assert_allclose(embed(clone, IMAGES, progress=False), EMBEDDINGS[name], atol=1e-5)
    untrained = baselines.build_untrained(embedder, seed=0)
    assert embed(untrained, IMAGES, progress=False).shape == (3, len(EMBEDDINGS[name][0]))


def test_a_model_that_is_no_embedder_is_loaded_as_it_is(tmp_path: Path) -> None:
    import keras

    layers = [keras.layers.Input((4,)), keras.layers.Dense(2)]
    keras.Sequential(layers).save(tmp_path / "embedder.keras")
    model = load_embedder(tmp_path)
    assert type(model) is keras.Sequential


@pytest.mark.slow
def test_a_fresh_process_reads_the_architecture_without_any_code_of_a_step(
    name: str, old: Path, tmp_path: Path
) -> None:
    load_embedder(old).save(tmp_path / "embedder.keras")
    read = (
        "import sys\n"
        "from pathlib import Path\n"
        "from components.shared.model.embedder import load_embedder\n"
        "print(load_embedder(Path(sys.argv[1])).architecture)\n"
        "steps = [m for m in sys.modules if m.startswith(('components.train', 'keras_hub'))]\n"
        "assert not steps, steps\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", read, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(ARCHITECTURES[name])
