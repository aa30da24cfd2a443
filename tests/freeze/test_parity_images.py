"""The choice of images for the comparison, and their normalisation without TensorFlow."""

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from components.shared.runtime.errors import InputError
from tests.pictures import encode, strokes


def encoded(kind: str, ink: bool, height: int = 40) -> bytes:
    image = np.full((height, 60), 250, np.uint8)
    if ink:
        image[10:14, 8:50] = 20
        image[10:30, 20:24] = 20
    return bytes(cv2.imencode(kind, image)[1])


@pytest.fixture
def choose(tmp_path: Path) -> Callable[[dict[str, bytes], int], list[bytes]]:
    from components.freeze.parity_images import choose_images
    from components.shared.data.normalisation import Normalisation

    def choose(contents: dict[str, bytes], count: int) -> list[bytes]:
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        lines = [f"{name},a,genuine,0" for name in contents]
        (tmp_path / "catalog.csv").write_text(
            "\n".join(["path,identity,kind,sha256", *lines]) + "\n"
        )
        return list(
            choose_images(
                tmp_path, count, Normalisation(mode="shape", height=16, width=24, channels=1)
            )
        )

    return choose


def test_images_are_spread_evenly_over_the_catalogue(
    choose: Callable[[dict[str, bytes], int], list[bytes]],
) -> None:
    contents = {f"{i}.png": encoded(".png", ink=True, height=40 + i) for i in range(6)}
    assert choose(contents, 3) == [contents["0.png"], contents["2.png"], contents["4.png"]]
    assert choose(contents, 100) == list(contents.values())


def test_what_the_graph_refuses_gives_way_to_its_successor(
    choose: Callable[[dict[str, bytes], int], list[bytes]],
) -> None:
    good = encoded(".jpg", ink=True)
    contents = {
        "0.png": encoded(".png", ink=False),
        "1.tif": encoded(".tiff", ink=False),
        "2.png": b"",
        "3.png": encoded(".png", ink=True)[:60],
        "4.jpg": good,
    }
    assert choose(contents, 1) == [good]
    assert choose(contents, 5) == [good]


@pytest.mark.parametrize("form", ["tiff", "bmp", "webp", "avif"])
def test_files_of_other_formats_are_compared_on_the_bytes_that_preprocess_hands_over(
    form: str, choose: Callable[[dict[str, bytes], int], list[bytes]]
) -> None:
    from components.shared.data.image_conversion import to_png_or_jpeg

    content = encoded(f".{form}", ink=True)
    assert choose({f"0.{form}": content}, 4) == [to_png_or_jpeg(content, 10_000).encoded]


def test_a_photograph_taken_sideways_is_compared_upright(
    choose: Callable[[dict[str, bytes], int], list[bytes]],
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (image,) = choose({"0.jpg": encode(strokes(0, 90, 160), "jpeg", exif=exif)}, 1)
    assert Image.open(io.BytesIO(image)).size == (90, 160)


def test_a_catalogue_without_a_usable_image_is_bad_input(
    choose: Callable[[dict[str, bytes], int], list[bytes]],
) -> None:
    with pytest.raises(InputError, match=r"catalog.csv: names no image on which"):
        choose({"0.png": encoded(".png", ink=False)}, 4)
    with pytest.raises(InputError, match=r"catalog.csv: lists no images; check the source"):
        choose({}, 4)


def test_images_are_normalised_as_in_the_graph_without_it() -> None:
    import tensorflow as tf

    from components.freeze.parity_images import normalise_each
    from components.shared.data.normalisation import Normalisation
    from components.shared.data.normalise_graph import normalise_batch

    spec = Normalisation(height=16, width=24)
    images = np.array([encode(strokes(seed)) for seed in range(3)], dtype=object)
    in_graph = normalise_batch(tf.constant(images, tf.string), spec).numpy()
    np.testing.assert_array_equal(normalise_each(images, spec), in_graph)
