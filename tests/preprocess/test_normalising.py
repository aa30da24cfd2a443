"""Each image is decoded once: for the network, and for its hash."""

from pathlib import Path

import imagehash
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from components.preprocess import normalising
from components.preprocess.normalising import build_normaliser
from components.preprocess.params import PreprocessParams
from components.shared.data import decoding
from components.shared.data.image_conversion import SourceImage, read
from components.shared.data.normalise import normalise_each
from components.shared.data.outcomes import Normalised, Rejected
from tests.pictures import encode, strokes

PARAMS = PreprocessParams()


def hashed(encoded: bytes, params: PreprocessParams = PARAMS) -> NDArray[np.uint8]:
    (result,) = build_normaliser(params)([encoded])
    assert isinstance(result, Normalised)
    return np.frombuffer(result.source_hash, np.uint8)


def differing(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(one ^ other).sum())


@pytest.mark.parametrize("form", ["png", "jpeg"])
@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_file_has_the_hash_that_the_library_gives_its_picture(
    form: str, mode: str, tmp_path: Path
) -> None:
    path = tmp_path / f"page.{form}"
    page = np.stack([strokes(0), 255 - strokes(1) // 3, strokes(2)], axis=2)
    Image.fromarray(page).convert("RGB" if form == "jpeg" and mode == "P" else mode).save(path)
    with Image.open(path) as image:
        expected = imagehash.phash(image, 16).hash
    assert (np.unpackbits(hashed(path.read_bytes())).reshape(16, 16) == expected).all()


def test_colours_are_hashed_by_their_grey() -> None:
    page = Image.fromarray(np.stack([strokes(0), strokes(1), strokes(2)], axis=2))
    photograph = PreprocessParams(mode="none", channels=3)
    encoded = encode(np.asarray(page))
    assert differing(hashed(encoded, photograph), hashed(encoded)) == 0


def test_a_file_is_hashed_upright_and_over_white(tmp_path: Path) -> None:
    image = Image.fromarray(strokes(0))
    image.save(tmp_path / "plain.png")
    turned = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    clear = Image.new("RGBA", image.size, (0, 0, 0, 0))
    clear.putalpha(ImageOps.invert(image))
    clear.save(tmp_path / "clear.png")
    image.resize((image.width // 2, image.height // 2)).save(tmp_path / "half.jpg")
    Image.fromarray(strokes(1)).save(tmp_path / "other.png")
    hashes = []
    for name in ("plain.png", "turned.png", "clear.png", "half.jpg", "other.png"):
        source = read(tmp_path / name, 10**6)
        assert isinstance(source, SourceImage)
        hashes.append(hashed(source.encoded))
    plain, *same, half, other = hashes
    assert [differing(plain, each) for each in same] == [0, 0]
    assert differing(plain, half) <= 20
    assert differing(plain, other) > 60


def test_images_and_reasons_are_those_of_the_normalisation() -> None:
    files = [encode(strokes(0)), b"Dear Sir", encode(strokes(1), "jpeg"), encode(strokes(2))[:-90]]
    files.append(encode(np.full((40, 60), 240, np.uint8)))
    outcomes = build_normaliser(PARAMS)(files)
    expected = normalise_each(files, PARAMS.normalisation)
    for own, other in zip(outcomes, expected, strict=True):
        if isinstance(other, Rejected):
            assert isinstance(own, Rejected)
            assert str(own) == str(other)
        else:
            assert isinstance(own, Normalised)
            np.testing.assert_array_equal(own.pixels, other.pixels)
            assert own[1:3] == other[1:3]


def test_an_image_is_decoded_once_and_hashed_only_where_copies_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: list[bytes] = []
    decode = decoding.decode

    def counted(encoded: bytes, channels: int) -> NDArray[np.uint8]:
        decoded.append(encoded)
        return decode(encoded, channels)

    monkeypatch.setattr(normalising, "decode", counted)
    files = [encode(strokes(seed)) for seed in range(3)]
    build_normaliser(PARAMS)(files)
    assert decoded == files
    assert hashed(files[0], PARAMS.model_copy(update={"near_copies": 0})).size == 0


def test_an_image_that_can_carry_no_decision_is_rejected_where_quality_is_asked_for() -> None:
    line = np.full((120, 260), 235, np.uint8)
    line[58:62, 60:200] = 40
    encoded = encode(line)
    (taken,) = build_normaliser(PARAMS)([encoded])
    assert isinstance(taken, Normalised)
    strict = PARAMS.model_copy(update={"quality": True})
    (refused,) = build_normaliser(strict)([encoded])
    assert isinstance(refused, Rejected)
    assert str(refused).startswith("too little ink: ")
    (photograph,) = build_normaliser(strict.model_copy(update={"mode": "none"}))([encoded])
    assert isinstance(photograph, Normalised)
