"""A bundle as freeze ships it, with a tiny network, and signatures that it tells apart."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

from components.shared.data import catalog
from components.shared.data.catalog import Entry
from components.shared.data.normalisation import Normalisation
from components.shared.model import bundle
from components.shared.verification import (
    decision_file,
    distributions,
    identification_rates,
    measured_rates,
)
from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.distributions import EDGES, Distribution
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.measured_rates import MeasuredRates, Rate
from tests.pictures import encode

SHAPE = Normalisation(height=16, width=24)
DIMENSION = 16
MOST_REFERENCES = 3
LIMITS = {
    "equal_error": Limits.single(0.0),
    "far_1pct": Limits.single(1.0),
    "review": Limits(-1.0, 1.5),
}


def write_served_bundle(
    folder: Path,
    seed: int = 0,
    decision: Decision | None = None,
    search_rates: Sequence[SearchRates] = (),
) -> Path:
    """Writes a bundle that the service loads.

    Args:
        folder: to write.
        seed: of the network's weights: those of another are another space.
        decision: of val; `DECISION` by default.
        search_rates: measured for its searches.
    """
    (folder / "saved_model").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    write_network(folder / "embedder.onnx", seed)
    SHAPE.save(folder / "normalise.json")
    (folder / "model_card.md").write_text("# Model card\n\nNo proof of identity by itself.\n")
    decision_file.write(Decisions(any_scanner=decision or DECISION), folder)
    measured_rates.write(RATES, folder)
    distributions.write(DISTRIBUTIONS, folder)
    identification_rates.write(search_rates, folder)
    parts = [(folder / name).read_bytes() for name in ("embedder.onnx", "normalise.json")]
    space = hashlib.sha256(b"".join(parts)).hexdigest()
    bundle.write(folder, {"space": space, "normalisation": {"version": 2, **SHAPE.model_dump()}})
    return folder


def write_network(path: Path, seed: int = 0) -> None:
    """Writes a network: a random projection of the ink, of unit length."""
    size = SHAPE.height * SHAPE.width
    weights = np.random.default_rng(seed).normal(size=(size, DIMENSION)).astype(np.float32)
    constants: dict[str, npt.NDArray[Any]] = {
        "weights": weights,
        "flat": np.array([-1, size], np.int64),
        "paper": np.array(255, np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["pixels"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["paper", "levels"], ["ink"]),
        helper.make_node("Reshape", ["ink", "flat"], ["row"]),
        helper.make_node("MatMul", ["row", "weights"], ["projected"]),
        helper.make_node("LpNormalization", ["projected"], ["embeddings"], axis=1, p=2),
    ]
    shape: list[str | int | None] = ["N", SHAPE.height, SHAPE.width, SHAPE.channels]
    graph = helper.make_graph(
        nodes,
        "embedder",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["N", DIMENSION])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def signature(writer: int, number: int) -> bytes:
    """Draws a genuine signature of a writer; encoded as PNG.

    The strokes are the writer's, and every signature wavers a little.
    """
    points = np.random.default_rng(writer).uniform([10, 10], [150, 70], (9, 2))
    waver = np.random.default_rng([writer, number]).normal(scale=1.0, size=points.shape)
    return _draw(points + waver)


def write_source(folder: Path, writers: int) -> Path:
    """Writes source images as ingest does: a genuine signature of each writer."""
    folder.mkdir(exist_ok=True)
    entries = []
    for writer in range(writers):
        content, name = signature(writer, 0), f"{writer}.png"
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        entries.append(Entry(name, str(writer), "genuine", digest))
    catalog.write(entries, folder)
    return folder


def blank() -> bytes:
    """Returns a sheet without ink; encoded as PNG."""
    return encode(np.full((80, 160), 230, np.uint8))


def _draw(points: npt.NDArray[np.float64]) -> bytes:
    page = Image.new("L", (160, 80), 235)
    line = [(float(x), float(y)) for x, y in points]
    ImageDraw.Draw(page).line(line, fill=40, width=3, joint="curve")
    return encode(page)


def _policies(kind: str) -> list[Policy]:
    rows = []
    for references in range(1, MOST_REFERENCES + 1):
        for name, limits in LIMITS.items():
            rows.append(Policy(kind, references, name, limits, 40, 400, 0.01))
    return rows


def _usual(kind: str) -> list[Usual]:
    return [
        Usual(kind, references, 2.0 + references, 1.5, 0.2)
        for references in range(1, MOST_REFERENCES + 1)
    ]


def _model(constant: float) -> EvidenceModel:
    weights = {"constant": constant, "references": 0.5, "centre_of_one": -4.0, "centre": -3.0}
    return EvidenceModel({**weights, "nearest": -2.0, "spread": 1.0}, Bounds(-5.0, 6.0))


DECISION = Decision(
    {"skilled": _model(-1.5), "random": _model(-1.0)},
    MOST_REFERENCES,
    1,
    [*_policies("skilled"), *_policies("random")],
    [*_usual("skilled"), *_usual("random")],
)


def _rates(kind: str, references: int, policy: str) -> MeasuredRates:
    reviewed = Rate(0.1 / references, 0.05 / references, 0.2) if policy == "review" else Rate(0.0)
    far, frr = Rate(0.04 / references, 0.01, 0.1), Rate(0.06 / references, 0.02, 0.12)
    return MeasuredRates(kind, references, policy, far, frr, reviewed, reviewed, 11, 4730)


RATES = [
    _rates(kind, references, policy)
    for kind in ("skilled", "random")
    for references in (1, 3)
    for policy in LIMITS
]
"""Of a test that had claims of one and of three references."""


def _distribution(kind: str, references: int) -> Distribution:
    rng = np.random.default_rng(references)
    genuine = distributions.count(rng.normal(1.0 + references, 1.5, 600))
    impostor = distributions.count(rng.normal(-1.0 - references, 1.5, 900))
    return Distribution(kind, references, EDGES, genuine, impostor, 11)


DISTRIBUTIONS = tuple(
    _distribution(kind, references) for kind in ("skilled", "random") for references in (1, 3)
)
"""Of the same test."""

SEARCH_LIMITS = {1: Limits(0.5, 1.0), 4: Limits(1.5, 2.0)}
"""Limits of searches by the size of the gallery."""
SEARCHING = replace(
    DECISION,
    searches=[
        SearchPolicy(1, size, policy, limits, 40, 200)
        for size, limits in SEARCH_LIMITS.items()
        for policy in LIMITS
    ],
)
"""`DECISION` with limits of searches of its own."""
SEARCH_RATES = [
    SearchRates(
        references=1,
        gallery_size=size,
        policy=policy,
        fpir=Rate(0.01, 0.005, 0.02),
        fnir=Rate(0.02 * size, 0.01, 0.3),
        strangers_reviewed=Rate(0.0),
        enrolled_reviewed=Rate(0.0),
        n_identities=11,
        n_probes=55,
    )
    for size in SEARCH_LIMITS
    for policy in LIMITS
]
"""Of a test that had galleries of these sizes."""
