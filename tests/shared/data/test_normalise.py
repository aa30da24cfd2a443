"""The normalisation in NumPy and Pillow, equal to the graph's to the bit, refusals included."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.shared.data.batch_graph import build_normaliser
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise, normalise_each
from components.shared.data.outcomes import Normalised, Rejected
from tests.pictures import Grey, encode, strokes
from tests.shared.data.damage import damaged
from tests.shared.data.test_ink_graph import box, dark_corner, gradient, photograph
from tests.shared.data.written_png import SAMPLES, written_png

PROJECT = Path(__file__).resolve().parents[3]
SPECS = [
    Normalisation(mode="shape", height=32, width=64),
    Normalisation(mode="tone", height=112, width=192),
    Normalisation(mode="none", height=40, width=48, channels=3),
    Normalisation(mode="none", height=90, width=20),
]
SLOW = [pytest.param(spec, marks=pytest.mark.slow) for spec in (SPECS[1], SPECS[3])]
SIDES = [(16, 16), (16, 1024), (1024, 16)]
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
graph = cache(build_normaliser)


def named(spec: Normalisation) -> str:
    return f"{spec.mode}-{spec.channels}"


def count_different(files: Sequence[bytes], spec: Normalisation) -> int:
    """Counts files of which the two forms make other images, findings or reasons."""
    pairs = zip(graph(spec)(files), normalise_each(files, spec), strict=True)
    return sum(not equal(one, other) for one, other in pairs)


def equal(one: Normalised | Rejected, other: Normalised | Rejected) -> bool:
    if isinstance(one, Rejected) or isinstance(other, Rejected):
        return type(one) is type(other) and str(one) == str(other)
    return np.array_equal(one.pixels, other.pixels) and one[1:] == other[1:]


def pages() -> list[Grey]:
    """Strokes of many sizes, light on dark, framed, shadowed; and what is no writing."""
    sizes = [(90, 160), (31, 200), (150, 20), (20, 21), (300, 500)]
    drawn = [strokes(seed, *size) for seed, size in enumerate(sizes)]
    drawn += [255 - page for page in drawn]
    drawn += [np.pad(page, 9, constant_values=5) for page in drawn[:3]]
    drawn += [np.full((9, 9), 200, np.uint8), np.array([[0, 255]], np.uint8)]
    return [*drawn, box(), gradient(), dark_corner(), photograph()]


def written(rng: np.random.Generator) -> bytes:
    """Writes a small PNG of any colour type and depth."""
    colour_type = int(rng.choice(list(SAMPLES)))
    depth = int(rng.choice(DEPTHS[colour_type]))
    size = rng.integers(1, 40, 2)
    palette = rng.bytes(3 * int(rng.choice([1, 4, 200]))) if colour_type == 3 else b""
    return written_png(
        rng,
        int(size[0]),
        int(size[1]),
        depth,
        colour_type,
        interlaced=bool(rng.random() < 0.3),
        palette=palette,
    )


def pictures(rng: np.random.Generator) -> list[bytes]:
    """Encodes pages in all formats that the graph takes."""
    files = [written(rng) for _ in range(40)]
    for page in pages():
        image = Image.fromarray(page)
        modes = [image.convert(mode) for mode in ("1", "P", "LA", "RGB", "RGBA")]
        files += [encode(page), *(encode(each) for each in modes)]
        files.append(encode(Image.fromarray(page.astype(np.uint16) * 257)))
        for each in (image, image.convert("RGB"), image.convert("CMYK")):
            progressive = bool(rng.random() < 0.5)
            files.append(encode(each, "jpeg", quality=80, progressive=progressive))
    return files


@pytest.mark.parametrize("spec", [SPECS[0], SPECS[2], *SLOW], ids=named)
def test_every_format_gives_the_graphs_pixels_findings_and_reasons(spec: Normalisation) -> None:
    files = pictures(np.random.default_rng(0))
    assert len(files) > 200
    assert count_different(files, spec) == 0


@pytest.mark.parametrize("spec", [SPECS[0], SPECS[2], SLOW[0]], ids=named)
def test_damaged_files_are_taken_and_refused_as_by_the_graph(spec: Normalisation) -> None:
    rng = np.random.default_rng(1)
    whole = [encode(strokes(1)), encode(strokes(2), "jpeg"), *pictures(rng)[:60:4]]
    files = [damaged(rng, data) for data in whole for _ in range(12)]
    assert count_different(files, spec) == 0


@pytest.mark.parametrize(
    "size",
    [
        (33, 57),
        *(pytest.param(size, marks=pytest.mark.slow) for size in SIDES),
    ],
)
def test_canvases_of_any_shape_are_filled_alike(size: tuple[int, int]) -> None:
    spec = Normalisation(height=size[0], width=size[1])
    assert count_different([encode(page) for page in pages()], spec) == 0


@pytest.mark.parametrize("folder", ["cedar_dir", "bhsig260_dir"])
def test_real_signatures_are_equal_too(folder: str, request: pytest.FixtureRequest) -> None:
    paths = sorted(Path(request.getfixturevalue(folder)).rglob("*.png"))[::60]
    assert paths
    files = [path.read_bytes() for path in paths]
    assert count_different(files, SPECS[0]) == 0


def test_a_reason_is_raised_and_stands_in_its_place() -> None:
    blank = encode(np.full((20, 30), 200, np.uint8))
    with pytest.raises(Rejected, match="blank image: no ink found"):
        normalise(blank, SPECS[0])
    image, reason = normalise_each([encode(strokes(0)), blank], SPECS[0])
    assert isinstance(image, Normalised)
    assert str(reason) == "blank image: no ink found"


ALONE = """
import sys
for name in ("tensorflow", "keras", "pandas", "pyarrow", "mlflow", "cv2", "scipy", "sklearn"):
    sys.modules[name] = None
from pathlib import Path
from components.shared.data.image_conversion import to_png_or_jpeg
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise
source = to_png_or_jpeg(Path(sys.argv[1]).read_bytes(), 10**6)
print(normalise(source.encoded, Normalisation()).pixels.shape)
"""


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(encode(strokes(0)))
    command = [sys.executable, "-c", ALONE, str(tmp_path / "page.png")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout == "(32, 64, 1)\n", done.stderr
