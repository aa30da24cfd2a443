"""Small files that people give, lists that collections come with, and archives of other kinds."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pandas as pd

from components.ingest import pair_lists
from components.ingest.layouts import four_n_sigcomp, table
from components.ingest.layouts.labels import LabelledImage, Labels, Scan
from components.ingest.listing import File
from components.shared.data import image_store
from serving.commands import claims_file
from tests.ingest.archives.rar_files import rar4, rar5
from tests.ingest.archives.test_record_reader import JPEG, PNG, header, rec
from tests.kinds_of_files import ITEMS, Kind, archive, text, unpacked

CLAIMS = "claim,questioned,references\n1,a.png,b.png;c.png\n2,d.png,b.png\n"
LABELS = "path,identity,kind,part\na/1.png,ada,genuine,train\na/2.png,ada,forgery,test\n"
SOURCES = pd.DataFrame(
    {"mode": ["L"] * 2, "dpi": [300] * 2, "median_grey": [230] * 2, "file_bytes": [9] * 2}
)


def _files(folder: Path, *names: str) -> list[File]:
    return [File(PurePosixPath(name), folder / PurePosixPath(name).name, 9, 0) for name in names]


def _write_records(folder: Path) -> None:
    (folder / "archive").write_bytes(rec(header(0) + JPEG, header(12) + PNG))
    (folder / "unchecked").touch()


def _labels(folder: Path) -> None:
    images = _files(folder, "a/1.png", "a/2.png")
    table.scan([*images, *_files(folder, "labels.csv")], images, "labels.csv")


def _lists(name: str, *images: str) -> Callable[[Path], object]:
    """Returns a function that reads a list of pairs of these images."""
    scanned = []
    for path in map(PurePosixPath, images):
        scanned.append(LabelledImage(path, Path(path), Labels(path.parts[-2], "genuine")))
    scan = Scan(scanned, [])
    return lambda folder: pair_lists.find(_files(folder, name), scan)


def _key(folder: Path) -> None:
    images = _files(folder, *(f"Questioned/A1/Q{number}.png" for number in range(1, 6)))
    four_n_sigcomp.scan([*images, *_files(folder, "A1.csv")], images)


LFW = _lists("pairs.txt", "Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg", "Bob/Bob_0001.jpg")
KAGGLE = _lists("train_data.csv", "train/a/1.png", "train/a/2.png", "train/b/1.png")
FILES = {
    "claims": text("claims.csv", CLAIMS, lambda folder: claims_file.read(folder / "claims.csv")),
    "labels": text("labels.csv", LABELS, _labels),
    "pairs of lfw": text("pairs.txt", "1\t1\nAda\t1\t2\nAda\t1\tBob\t1\n", LFW),
    "pairs of kaggle": text("train_data.csv", "a/1.png,a/2.png,0\na/1.png,b/1.png,1\n", KAGGLE),
    "key of 4nsigcomp": text("A1.csv", "genuine,simulated,disguised\n1,2,3\n4,5,\n", _key),
    "sources": Kind(
        image_store.SOURCES,
        lambda folder: image_store.write_sources(SOURCES, folder),
        lambda folder: image_store.read_sources(folder, len(SOURCES)),
    ),
    "rec": Kind("archive", _write_records, unpacked),
    "rar 4": archive(rar4(ITEMS)),
    "rar 5": archive(rar5(ITEMS)),
}
