from pathlib import PurePosixPath

import pytest

from components.ingest.layouts.labels import Scan
from components.ingest.left_out import log_files, log_misplaced
from components.ingest.listing import Listing
from tests.ingest.layouts.trees import tree


def test_what_was_left_out_is_counted_and_lost_pictures_are_warnings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    litter = [PurePosixPath("ann/.1.png.icloud"), PurePosixPath("ann/.DS_Store")]
    with caplog.at_level("INFO"):
        log_files(Listing("photos", tree("ann/1.png", "a.txt", "b.heic"), litter))
    assert [
        (record.levelname, record.getMessage().partition(" (")[0]) for record in caplog.records
    ] == [
        ("INFO", "hidden files and litter of file managers, left out: 1 × .DS_Store"),
        ("INFO", "no images, left out: 1 × .txt, 1 × .heic"),
        ("WARNING", "1 image is in iCloud alone"),
        ("WARNING", "1 file is HEIC"),
    ]


def test_where_nothing_was_left_out_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        log_files(Listing("photos", tree("ann/1.png"), []))
        log_misplaced(Scan([], []), "folder")
    assert not caplog.records


def test_a_single_misplaced_image_is_told_in_the_singular(caplog: pytest.LogCaptureFixture) -> None:
    scan = Scan([], [PurePosixPath("cover.png")])
    log_misplaced(scan, "folder")
    log_misplaced(scan, "labels.csv")
    assert caplog.messages == [
        "1 image stands where the layout has none, such as cover.png: left out",
        "1 image is not in labels.csv, such as cover.png: left out",
    ]
