"""Files of claims, decided as one claim after another is, and by the command itself."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.shared.model.bundle import MANIFEST
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from serving.__main__ import main
from serving.commands import verify as command
from serving.engine import model as served
from serving.engine.embedder import Embedder
from serving.engine.verification import verify
from tests.serving.bundles import blank, signature, write_served_bundle

PROJECT = Path(__file__).resolve().parents[3]
HEADER = "claim,questioned,references\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle, images of five writers, a blank sheet and what is no image."""
    write_served_bundle(tmp_path / "frozen")
    images = tmp_path / "scans" / "images"
    images.mkdir(parents=True)
    for writer in range(5):
        for number in range(4):
            (images / f"{writer}-{number}.png").write_bytes(signature(writer, number))
    (images / "blank.png").write_bytes(blank())
    (images / "damaged.png").write_bytes(b"no image")
    return tmp_path


def decide(folder: Path, text: str, policy: str = "review") -> list[dict[str, str]]:
    claims = folder / "scans" / "claims.csv"
    claims.write_text(HEADER + text)
    command.run(claims, folder / "out.csv", folder / "frozen", policy)
    with (folder / "out.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_claims_are_decided_in_their_order_as_each_is_alone(folder: Path) -> None:
    pairs = [(own, other) for own in range(5) for other in range(5)] * 2
    text, expected = "", []
    model = served.load(folder / "frozen")
    with Embedder(model) as embedder:
        for number, (own, other) in enumerate(pairs):
            count = 1 + number % 3
            names = ";".join(f"images/{own}-{place}.png" for place in range(count))
            text += f"claim {number},images/{other}-3.png,{names}\n"
            images = [signature(own, place) for place in range(count)] + [signature(other, 3)]
            found = [one for one in embedder.embed(images) if isinstance(one, np.ndarray)]
            expected.append(verify(model, found[:-1], found[-1], "review"))
    rows = decide(folder, text)
    assert [row["claim"] for row in rows] == [f"claim {number}" for number in range(len(pairs))]
    assert [row["decision"] for row in rows] == [answer.outcome for answer in expected]
    assert {row["decision"] for row in rows} == {"accept", "review", "reject"}
    for row, answer in zip(rows, expected, strict=True):
        assert float(row["llr"]) == pytest.approx(answer.llr["skilled"], abs=1e-3)
        assert row["grade"] == answer.grade
        assert row["model"] == model.version


def test_images_that_cannot_be_used_are_told_and_the_rest_decides(folder: Path) -> None:
    rows = decide(
        folder,
        "a,images/0-3.png,images/0-0.png;images/blank.png;images/0-1.png\n"
        "b,images/blank.png,images/0-0.png\n"
        "c,images/0-3.png,images/damaged.png;images/missing.png\n"
        "d,images,images/0-0.png\n",
    )
    assert [row["decision"] for row in rows] == ["accept", "refused", "refused", "refused"]
    assert [row["references"] for row in rows] == ["2", "1", "0", "1"]
    blank_sheet = "blank.png: blank image: no ink found"
    assert [row["refused_images"] for row in rows] == [
        blank_sheet,
        blank_sheet,
        "damaged.png: not an image, or of a format that is not read; missing.png: no such file",
        "images: no such file",
    ]


def test_few_images_are_remembered_and_the_decisions_are_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(
        f"{number},images/{number % 5}-3.png,images/{number % 4}-0.png\n" for number in range(40)
    )
    first = decide(folder, text)
    monkeypatch.setattr(command, "REMEMBERED", 2)
    monkeypatch.setattr(command, "AT_ONCE", 3)
    assert decide(folder, text) == first


def test_a_failure_leaves_the_earlier_file(folder: Path) -> None:
    decide(folder, "a,images/0-3.png,images/0-0.png\n")
    before = (folder / "out.csv").read_bytes()
    with pytest.raises(InputError, match="line 3"):
        decide(folder, "a,images/0-3.png,images/0-0.png\nb,images/0-3.png\n")
    with pytest.raises(InputError, match="has no policy 'reviev'; did you mean review\\?"):
        decide(folder, "a,images/0-3.png,images/0-0.png\n", policy="reviev")
    assert (folder / "out.csv").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["frozen", "out.csv", "scans"]
    claims = folder / "scans" / "claims.csv"
    with pytest.raises(InputError, match="is the file of the claims"):
        command.run(claims, claims, folder / "frozen", "review")


def test_a_bundle_of_another_digest_decides_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = folder / "scans" / "claims.csv"
    claims.write_text(HEADER + "a,images/0-3.png,images/0-0.png\n")
    line = ["verify", "--claims", str(claims), "--out", str(folder / "out.csv"), "--quiet"]
    with pytest.raises(SystemExit) as end:
        main([*line, "--model", f"{folder / 'frozen'}@sha256:{'0' * 64}"])
    assert end.value.code == 2
    assert "not that which was asked for" in capsys.readouterr().err
    main([*line, "--model", f"{folder / 'frozen'}@sha256:{sha256(folder / 'frozen' / MANIFEST)}"])
    assert (folder / "out.csv").read_text().count("accept") == 1


def test_the_command_says_what_it_decided_and_bad_input_ends_with_2_in_one_line(
    folder: Path,
) -> None:
    (folder / "claims.csv").write_text(HEADER + "a,scans/images/0-3.png,scans/images/0-0.png\n")
    line = [sys.executable, "-m", "serving", "verify", "--claims", str(folder / "claims.csv")]
    line += ["--out", str(folder / "out.csv"), "--quiet", "--model"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    outcomes = []
    for model in (folder / "frozen", folder / "missing"):
        done = subprocess.run(
            [*line, str(model)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        outcomes.append((done.returncode, done.stderr))
    assert outcomes[0] == (0, f"{folder / 'out.csv'}: 1 accept\n")
    assert outcomes[1][0] == 2
    assert outcomes[1][1].startswith(f"error: {folder / 'missing' / 'manifest.json'}: no such file")
    assert outcomes[1][1].count("\n") == 1
