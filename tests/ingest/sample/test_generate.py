import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.ingest import step
from components.ingest.params import IngestParams, SampleParams
from components.ingest.sample import generate
from components.ingest.sample.generate import KINDS
from components.shared.data.catalog import Kind
from components.shared.storage.files import manifest, sha256
from tests.conftest import PROJECT
from tests.ingest import hog_baseline
from tests.ingest.conftest import rows

SMALL = SampleParams(identities=24, genuine=6, forgeries=4)


def draw(params: SampleParams, kind: Kind) -> list[list[bytes]]:
    """Draws the images of one kind, by identity."""
    numbers = range(params.genuine if kind == "genuine" else params.forgeries)
    images = []
    for who in range(params.identities):
        images.append([generate.image(params, who, kind, number) for number in numbers])
    return images


@pytest.fixture(scope="module")
def images() -> dict[Kind, list[list[bytes]]]:
    return {"genuine": draw(SMALL, "genuine"), "forgery": draw(SMALL, "forgery")}


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def of_kind(images: dict[Kind, list[list[bytes]]], kind: Kind) -> list[bytes]:
    return list(chain.from_iterable(images[kind]))


def paper_grey(png: bytes) -> float:
    return float(np.median(np.asarray(opened(png).convert("L"))))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    manifests = {}
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        params = IngestParams(sample=SampleParams(seed=seed, identities=3, genuine=2, forgeries=2))
        figures = step.run(params, tmp_path / name).figures
        assert figures["images"] == 12
        manifests[name] = manifest(tmp_path / name)
    assert manifests["one"] == manifests["two"]
    assert not set(manifests["one"].values()) & set(manifests["other"].values())


def test_the_catalog_tells_every_image_with_its_hash(tmp_path: Path) -> None:
    step.run(
        IngestParams(sample=SampleParams(identities=3, genuine=2, forgeries=1)), tmp_path / "raw"
    )
    catalog = rows(tmp_path / "raw")
    counts = Counter((row["identity"], row["kind"]) for row in catalog)
    assert len(counts) == 6
    for who in ("001", "002", "003"):
        assert (counts[who, "genuine"], counts[who, "forgery"]) == (2, 1)
    for row in catalog:
        assert row["path"].startswith(f"images/{row['identity']}/{row['kind']}/")
        assert sha256(tmp_path / "raw" / row["path"]) == row["sha256"]
    assert len({row["sha256"] for row in catalog}) == len(catalog)


def test_more_images_or_identities_change_none_of_the_others() -> None:
    larger = SampleParams(identities=90, genuine=30, forgeries=20)
    for kind in KINDS:
        assert generate.image(SMALL, 5, kind, 3) == generate.image(larger, 5, kind, 3)


def test_the_pixels_are_those_of_this_version() -> None:
    """A change here means: raise `generate.VERSION`, and state the results anew."""
    digest = hashlib.sha256()
    for who in (0, 7, 31):
        for kind in KINDS:
            image = opened(generate.image(SampleParams(), who, kind, 1))
            digest.update(f"{image.size} {image.mode}".encode() + np.asarray(image).tobytes())
    assert {generate.VERSION: digest.hexdigest()[:16]} == {3: "ca68e9ac52dbc2a2"}


def test_the_bytes_do_not_depend_on_the_kind_of_cpu() -> None:
    script = (
        "import hashlib\n"
        "from components.ingest.params import SampleParams\n"
        "from components.ingest.sample import generate\n"
        "digest = hashlib.sha256()\n"
        "for who in range(12):\n"
        "    for kind in generate.KINDS:\n"
        "        digest.update(generate.image(SampleParams(), who, kind, 0))\n"
        "print(digest.hexdigest())"
    )
    plain = {
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
        "OPENCV_CPU_DISABLE": "AVX2,AVX",
        "OPENCV_IPP": "disabled",
    }
    digest = hashlib.sha256()
    for who in range(12):
        for kind in KINDS:
            digest.update(generate.image(SampleParams(), who, kind, 0))
    environment = {**os.environ, **plain, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest.hexdigest()


def test_sizes_modes_and_greys_are_in_range(images: dict[Kind, list[list[bytes]]]) -> None:
    modes: Counter[str] = Counter()
    for kind in KINDS:
        for png in of_kind(images, kind):
            image = opened(png)
            image.load()
            modes[image.mode] += 1
            assert 300 <= image.width <= 700
            assert 150 <= image.height <= 350
            grey = np.asarray(image.convert("L"))
            assert 232 <= np.median(grey) <= 253
            assert 0.003 < (grey < 150).mean() < 0.3
    assert set(modes) == {"L", "P", "RGBA"}
    assert min(modes.values()) > 0.2 * sum(modes.values())


@pytest.mark.parametrize("what", ["grey", "width", "height", "mode", "bytes"])
def test_nothing_about_paper_or_file_tells_the_kind(
    what: str, images: dict[Kind, list[list[bytes]]]
) -> None:
    measures: dict[str, Callable[[bytes], float]] = {
        "grey": paper_grey,
        "width": lambda png: float(opened(png).width),
        "height": lambda png: float(opened(png).height),
        "mode": lambda png: float(generate.MODES.index(opened(png).mode)),
        "bytes": lambda png: float(len(png)),
    }
    measure = measures[what]
    genuine = np.array([measure(png) for png in of_kind(images, "genuine")])
    forged = np.array([measure(png) for png in of_kind(images, "forgery")])
    assert 0.4 < hog_baseline.auc(forged, genuine) < 0.6


def test_leaking_paper_tells_every_forgery() -> None:
    leaking = SMALL.model_copy(update={"leak": "paper", "identities": 8})
    images: dict[Kind, list[list[bytes]]] = {kind: draw(leaking, kind) for kind in KINDS}
    genuine = np.array([paper_grey(png) for png in of_kind(images, "genuine")])
    forged = np.array([paper_grey(png) for png in of_kind(images, "forgery")])
    assert hog_baseline.auc(forged, genuine) == 1.0
    assert (forged.min(), forged.max(), genuine.min(), genuine.max()) >= (249, 249, 234, 234)
    assert genuine.max() <= 245


def test_an_untrained_descriptor_has_an_error_well_above_zero(
    images: dict[Kind, list[list[bytes]]],
) -> None:
    genuine = [hog_baseline.hogs(pngs) for pngs in images["genuine"]]
    forged = [hog_baseline.hogs(pngs) for pngs in images["forgery"]]
    upper = np.triu_indices(SMALL.genuine, 1)
    own = [hog_baseline.distances(vectors, vectors)[upper] for vectors in genuine]
    skilled = [hog_baseline.distances(*pair).ravel() for pair in zip(genuine, forged, strict=True)]
    random = [hog_baseline.distances(*pair).ravel() for pair in combinations(genuine, 2)]
    skilled_eer = hog_baseline.eer(np.concatenate(own), np.concatenate(skilled))
    random_eer = hog_baseline.eer(np.concatenate(own), np.concatenate(random))
    assert 0.2 < skilled_eer < 0.42
    assert 0.05 < random_eer < skilled_eer
