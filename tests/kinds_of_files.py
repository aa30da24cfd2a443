"""Every kind of file that is read, with small contents: how it is written, and read again."""

import bz2
import contextlib
import gzip
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.ingest.params import IngestParams
from components.ingest.sources.download_cache import CachedDownload
from components.ingest.sources.s3_download import Ledger
from components.shared.data import catalog, copies, image_store, near_copies, pairs, partition
from components.shared.data.catalog import Entry
from components.shared.data.normalisation import Normalisation
from components.shared.runtime import params
from components.shared.storage.s3 import Stored
from components.shared.tracking.record import Record
from components.shared.verification import (
    decision_file,
    distributions,
    identification_rates,
    measured_rates,
    metrics_file,
    threshold,
)
from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits as DecisionLimits
from components.shared.verification.distributions import EDGES, Distribution
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.measured_rates import MeasuredRates, Rate
from components.shared.verification.threshold import Threshold
from components.split.csv_split import by_csv
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.checkpoints.state import State
from tests.ingest.archives.archive_files import Item, tar_bytes, zip_bytes

PARAMS = Path(__file__).resolve().parents[1] / "params.yaml"
SHAPE = Normalisation(height=16, width=24)
INDEX = pd.DataFrame(
    {
        "path": [f"{name}/{number}.png" for name in "abc" for number in (0, 1)],
        "identity": list("aabbcc"),
        "kind": ["genuine"] * 6,
        "sha256": [f"{number:064}" for number in range(6)],
        "height": [20] * 6,
        "width": [30] * 6,
    }
)
ENTRIES = [Entry(*values) for values in INDEX[list(catalog.COLUMNS)].to_numpy()]
PARTS = pd.DataFrame(
    {"row": range(6), "part": ["train"] * 2 + ["val"] * 2 + ["test"] * 2, "fold": [-1] * 6}
)
DECISION = Decision(
    models={"skilled": EvidenceModel({"constant": 0.1, "centre": -7.5}, Bounds(-3.5, 3.25))},
    most_references=7,
    parts=4,
    policies=[Policy("skilled", 5, "review", DecisionLimits(-1.5, 0.75), 8, 192, 3 / 192)],
    usual=[Usual("skilled", 5, 2.5, 1.25, 0.25)],
    searches=[SearchPolicy(5, 10, "review", DecisionLimits(1.5, 3.25), 8, 56)],
)
RATE = Rate(0.25, 0.125, 0.5)
RATES = MeasuredRates("skilled", 5, "review", RATE, RATE, RATE, RATE, 8, 192)
SEARCHES = SearchRates(5, 10, "review", RATE, RATE, RATE, RATE, 8, 192)
COUNTS = (1,) * (len(EDGES) + 1)
STORED = Stored("a/1.png", 4, "0123456789abcdef0123456789abcdef", datetime(2026, 1, 1, tzinfo=UTC))
CONTENTS = [bytes([65 + number]) * (200 + 400 * number) for number in range(3)]
ITEMS = [Item(f"a/{number}.png", content) for number, content in enumerate(CONTENTS)]
KEY = Key({"train.steps": "100"}, "data", "code", None)
STATE = State(
    step=2,
    variables=[np.arange(12, dtype=np.float32).reshape(3, 4), np.array(2, np.int64)],
    start=[np.full((2, 5), -1, np.float32)],
    best=[np.full((2, 5), 1, np.float32)],
    best_step=0,
    history=[{"step": 0, "val/x": 0.1}],
    unlogged=[{"loss": 0.3}],
    neighbours=np.array([[1], [0]]),
    run_id="abc",
)


class Kind(NamedTuple):
    """A file, the folder that it stands in, and how it is read from there."""

    file: str
    write: Callable[[Path], object]
    read: Callable[[Path], object]


def _index(folder: Path) -> None:
    pixels = np.zeros((6, *SHAPE.shape), np.uint8)
    image_store.write_store(folder, pixels, INDEX, SHAPE)


def text(file: str, content: str, read: Callable[[Path], object]) -> Kind:
    """Returns the kind of a small text."""
    return Kind(file, lambda folder: (folder / file).write_text(content), read)


def unpacked(folder: Path) -> None:
    """Unpacks an archive; each file in it has contents that were packed, or it is refused."""
    with tempfile.TemporaryDirectory() as out:
        unpack(folder / "archive", Path(out) / "out", Limits(1000, 10**8, 10_000))
        for path in Path(out).rglob("*"):
            if path.is_file() and not (folder / "unchecked").exists():
                assert path.read_bytes() in CONTENTS


def archive(content: bytes) -> Kind:
    """Returns the kind of an archive of the `CONTENTS`."""
    return Kind("archive", lambda folder: (folder / "archive").write_bytes(content), unpacked)


def _plain_tar(folder: Path) -> None:
    (folder / "archive").write_bytes(tar_bytes(ITEMS))
    (folder / "unchecked").touch()


def _save(folder: Path) -> None:
    checkpoints(folder).save(STATE)


def checkpoints(folder: Path) -> Checkpoints:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECKPOINT_DIR", str(folder))
        return Checkpoints(KEY, count=2)


def _resume(folder: Path) -> None:
    step = checkpoints(folder).folder / "step-00000002"
    _demand_equal(checkpoints(folder).named(step))


def _newest(folder: Path) -> None:
    state = checkpoints(folder).newest()
    if state is not None:
        _demand_equal(state)


def _demand_equal(state: State) -> None:
    for name in ("variables", "start", "best"):
        for ours, theirs in zip(getattr(state, name), getattr(STATE, name), strict=True):
            assert np.array_equal(ours, theirs)
    fixed = (0, 4, 5, 6, 8)
    assert [state[place] for place in fixed] == [STATE[place] for place in fixed]


def _ledger(folder: Path) -> None:
    """Reads a ledger, which says nothing of a piece that it was not told of."""
    place = folder / "a"
    place.write_bytes(b"1234")
    with contextlib.closing(Ledger(folder / "ledger", {STORED: place})) as ledger:
        assert not ledger.has(STORED, 7)


def _write_ledger(folder: Path) -> None:
    place = folder / "a"
    place.write_bytes(b"1234")
    with contextlib.closing(Ledger(folder / "ledger", {STORED: place})) as ledger:
        ledger.add(STORED, 0)


def _facts(folder: Path) -> None:
    files = CachedDownload(folder / "a", folder / "b", folder / "facts", folder / "lock")
    files.remote()


DECISIONS = Decisions(DECISION, DECISION, [Threshold("skilled", 1, "equal_error", 0.8)], {"n": 20})
METRICS = {"verification/skilled/refs_1/eer": 0.25, "n_identities": 8.0}
RECORD = Record(run_id="a", params={"train.seed": "0", "ingest.source": "sample"}, metrics=METRICS)
FILES = {
    "params": Kind(
        "params.yaml",
        lambda folder: (folder / "params.yaml").write_bytes(PARAMS.read_bytes()),
        lambda folder: params.load(IngestParams, "ingest", folder / "params.yaml"),
    ),
    "catalog": Kind("catalog.csv", lambda folder: catalog.write(ENTRIES, folder), catalog.rows),
    "index": Kind(image_store.INDEX, _index, image_store.open_store),
    "images": Kind(image_store.IMAGES, _index, image_store.open_store),
    "normalisation": Kind("normalise.json", _index, image_store.open_store),
    "rejected": text("rejected.csv", "path,reason\na,blank\nb,dark\n", image_store.read_reasons),
    "duplicates": text("duplicates.csv", "path,original\na,b\nc,d\n", copies.read_duplicates),
    "near copies": text(
        "near_copies.csv", "path,original,distance\na,b,3\n", near_copies.read_near_copies
    ),
    "pairs": text(
        "pairs.csv",
        "list,comparison,reference,probe,same,fold\nlfw,1,a,b,1,0\n",
        pairs.read_pairs,
    ),
    "split": Kind(
        "split.parquet",
        lambda folder: partition.write(PARTS, INDEX, folder),
        lambda folder: partition.read(folder, INDEX),
    ),
    "parts": text(
        "parts.csv",
        "identity,part\na,train\nb,val\nc,test\n",
        lambda folder: by_csv(INDEX, folder / "parts.csv"),
    ),
    "threshold": Kind(
        "threshold.json",
        lambda folder: threshold.write([Threshold("skilled", 1, "equal_error", 0.8)], folder),
        threshold.read,
    ),
    "decision": Kind(
        "decision.json",
        lambda folder: decision_file.write(DECISIONS, folder),
        decision_file.read,
    ),
    "metrics": Kind(
        "metrics.json", lambda folder: metrics_file.write(folder, METRICS), metrics_file.read
    ),
    "record": Kind("mlflow_run.json", RECORD.write, Record.read),
    "rates": Kind(
        "rates.json", lambda folder: measured_rates.write([RATES], folder), measured_rates.read
    ),
    "searches": Kind(
        "identification.json",
        lambda folder: identification_rates.write([SEARCHES], folder),
        identification_rates.read,
    ),
    "distributions": Kind(
        "distributions.json",
        lambda folder: distributions.write(
            [Distribution("skilled", 5, EDGES, COUNTS, COUNTS, 8)], folder
        ),
        distributions.read,
    ),
    "zip": archive(zip_bytes(ITEMS)),
    "stored zip": archive(zip_bytes(ITEMS, zipfile.ZIP_STORED)),
    "tar": Kind("archive", _plain_tar, unpacked),
    "tar.gz": archive(gzip.compress(tar_bytes(ITEMS), mtime=0)),
    "tar.bz2": archive(bz2.compress(tar_bytes(ITEMS))),
    "tar.xz": archive(lzma.compress(tar_bytes(ITEMS))),
    "state": Kind(f"train/{KEY.name}/step-00000002/state.json", _save, _resume),
    "variables": Kind(f"train/{KEY.name}/step-00000002/variables.npz", _save, _resume),
    "newest": Kind(f"train/{KEY.name}/step-00000002/best.npz", _save, _newest),
    "ledger": Kind("ledger", _write_ledger, _ledger),
    "facts": text("facts", '{"etag": "a", "last_modified": null, "bytes": 3}', _facts),
}
