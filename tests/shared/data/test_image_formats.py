import io
import re
import sys
from pathlib import Path

import pytest
from PIL import Image, UnidentifiedImageError

from components.ingest.listing import image_suffixes
from components.shared.data.image_conversion import to_png_or_jpeg
from components.shared.data.image_formats import FORMATS, open_image
from components.shared.data.outcomes import Rejected
from tests.pictures import encode, strokes

ROOT = Path(__file__).parents[3]
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"


@pytest.fixture
def ghostscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a `gs` before all others on PATH; returns the file that it writes when it is started."""
    started, program = tmp_path / "started", tmp_path / "bin" / "gs"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nopen({str(started)!r}, 'w').write('yes')\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return started


def test_a_picture_starts_no_program_whatever_its_name_says(
    ghostscript: Path, tmp_path: Path
) -> None:
    with pytest.raises(Rejected, match=r"^an EPS file, which is not read: convert it to PNG or"):
        to_png_or_jpeg(EPS, 1000)
    assert not ghostscript.exists()


def test_that_program_would_be_started_by_an_opener_of_every_format(ghostscript: Path) -> None:
    Image.init()
    with Image.open(io.BytesIO(EPS)) as image, pytest.raises(OSError):
        image.load()
    assert ghostscript.exists()


def test_a_format_that_is_not_listed_is_not_opened() -> None:
    buffer = io.BytesIO()
    Image.fromarray(strokes(0)).save(buffer, "im")
    with pytest.raises(UnidentifiedImageError):
        open_image(buffer.getvalue())
    assert open_image(encode(strokes(0), "tiff")).format == "TIFF"


def test_pillow_knows_every_format_by_its_name() -> None:
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)
    assert {".png", ".jpg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".pgm"} <= image_suffixes()
    assert not {".eps", ".wmf", ".ico", ".psd", ".fits"} & image_suffixes()


def test_no_other_place_opens_a_picture_by_its_content() -> None:
    rooms = ("components", "pipelines", "serving")
    modules = [path for room in rooms for path in ROOT.glob(f"{room}/**/*.py")]
    opening = [path for path in modules if re.search(r"\bImage\.open\(", path.read_text("utf-8"))]
    assert opening == [ROOT / "components/shared/data/image_formats.py"]
