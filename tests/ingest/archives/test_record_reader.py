import struct
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.archives.limits import Limits
from components.shared.runtime.errors import InputError
from tests.ingest.archives.kinds import refused
from tests.ingest.conftest import folder_with, labels, params_for
from tests.pictures import encode, strokes

MARK = 0xCED7230A
JPEG = encode(strokes(0, 12, 16), "jpeg")
PNG = encode(strokes(1, 12, 16))


def header(label: float, identifier: int = 0) -> bytes:
    return struct.pack("<IfQQ", 0, label, identifier, 0)


def several(*numbers: float) -> bytes:
    """A header with an array of labels."""
    return struct.pack("<IfQQ", len(numbers), 0, 0, 0) + struct.pack(f"<{len(numbers)}f", *numbers)


def piece(content: bytes, flag: int = 0) -> bytes:
    return struct.pack("<II", MARK, flag << 29 | len(content)) + content + bytes(-len(content) % 4)


def rec(*contents: bytes) -> bytes:
    """A file of records as MXNet writes them: divided where the mark stands at a multiple of 4."""
    written = b""
    for content in contents:
        pieces, start = [], 0
        for place in range(0, len(content) - 3, 4):
            if content[place : place + 4] == struct.pack("<I", MARK) and place >= start:
                pieces.append(content[start:place])
                start = place + 4
        pieces.append(content[start:])
        last = len(pieces) - 1
        for number, part in enumerate(pieces):
            flag = 0 if last == 0 else 1 if number == 0 else 3 if number == last else 2
            written += piece(part, flag)
    return written


def test_the_images_of_a_rec_have_their_label_for_an_identity(tmp_path: Path) -> None:
    records = [
        several(5, 7),  # InsightFace: the number of images, and where the identities end
        header(0, 1) + JPEG,
        header(12, 2) + PNG,
        several(12, 1) + JPEG[:-1] + b"\xd9",
        several(1, 3),
    ]
    (tmp_path / "train.rec").write_bytes(rec(*records))
    (tmp_path / "train.idx").write_text("".join(f"{n}\t{n * 8}\n" for n in range(5)))
    step.run(params_for(tmp_path / "train.rec"), tmp_path / "out")
    assert labels(tmp_path / "out") == [
        ("0/00000002.jpg", "0", "genuine"),
        ("12/00000003.png", "12", "genuine"),
        ("12/00000004.jpg", "12", "genuine"),
    ]
    assert (tmp_path / "out/0/00000002.jpg").read_bytes() == JPEG
    assert (tmp_path / "out/12/00000003.png").read_bytes() == PNG


@pytest.mark.parametrize("places", [[4], [0, 4], [1], [8, 16, 17]])
def test_a_mark_within_an_image_divides_its_record(places: list[int], tmp_path: Path) -> None:
    image = bytearray(JPEG[:4] + bytes(60))
    for place in places:
        image[4 + place : 8 + place] = struct.pack("<I", MARK)
    (tmp_path / "a.rec").write_bytes(rec(header(3) + bytes(image), header(4) + PNG))
    step.run(params_for(tmp_path / "a.rec"), tmp_path / "out")
    assert (tmp_path / "out/3/00000001.jpg").read_bytes() == bytes(image)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (rec(header(1) + JPEG)[:-20], "the last record is not complete"),
        (rec(header(1) + JPEG) + b"\x0a\x23", "does not begin with its mark"),
        (rec(header(1) + JPEG) + bytes(8), "does not begin with its mark"),
        (piece(header(1) + JPEG, 1), "the last record is not complete"),
        (piece(header(1) + JPEG, 2), "length or order is impossible"),
        (piece(header(1) + JPEG, 1) + piece(header(1) + JPEG), "length or order is impossible"),
        (struct.pack("<II", MARK, (1 << 29) - 1), "length or order is impossible"),
        (rec(b"short"), "record 1 has no header"),
        (rec(struct.pack("<IfQQ", 9, 0, 0, 0)), "record 1 has fewer labels than it says"),
        (rec(header(1) + b"GIF89a"), "record 1 is neither JPEG nor PNG"),
        (rec(header(0.5) + JPEG), "record 1 has the label 0.5, which numbers no identity"),
        (rec(header(-1) + JPEG), "has the label -1"),
        (rec(header(float("nan")) + JPEG), "has the label nan"),
    ],
)
def test_a_damaged_rec_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    refused(content, tmp_path, message)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(3, 10**8, 10), "more than 3 entries"),
        (Limits(9, 100, 10), "more than 100 bytes"),
    ],
)
def test_a_rec_keeps_to_the_limits_of_archives(
    limits: Limits, message: str, tmp_path: Path
) -> None:
    refused(rec(*[header(n) + JPEG for n in range(4)]), tmp_path, message, limits)


def test_an_index_of_another_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.rec").write_bytes(rec(header(1) + JPEG))
    (tmp_path / "a.idx").write_text("0\t0\n1\t100\n")
    with pytest.raises(InputError, match=r"a.rec: has 1 records, but a.idx lists 2"):
        step.run(params_for(tmp_path / "a.rec"), tmp_path / "out")


def test_a_folder_with_a_rec_inside_says_to_name_it(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["train.rec", "property"])
    with pytest.raises(InputError, match=r"train.rec\) inside: unpack, or name one as"):
        step.run(params_for(source), tmp_path / "out")
