"""The model that the service answers with: a bundle, checked against its manifest and loaded."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from components.shared.data.normalisation import NORMALISATION, Normalisation
from components.shared.model import bundle
from components.shared.model.bundle import (
    CARD,
    FORMATS,
    MANIFEST,
    ONNX,
    ONNX_INT8,
    SPACE,
    Bundle,
)
from components.shared.runtime.errors import InputError
from components.shared.verification import (
    distributions,
    identification_rates,
    measured_rates,
)
from components.shared.verification.decision import Decision
from components.shared.verification.distributions import Distribution
from components.shared.verification.identification_rates import IDENTIFICATION, SearchRates
from components.shared.verification.measured_rates import RATES, MeasuredRates
from serving.engine.session import Session

NETWORKS = {"onnx": ONNX, "int8": ONNX_INT8}
"""The formats that the service computes with, and the file of each; they share a space."""


@dataclass(frozen=True)
class ServedModel:
    """A shipped model. Threads may share it.

    Attributes:
        folder: of the bundle.
        version: the bundle's name, 64 hexadecimal digits.
        space: sha256 of what an embedding depends on: embeddings of two spaces never compare.
        normalisation: mode and size of the images that the network takes.
        decision: that answers claims.
        rates: measured on test; none for a decision that was calibrated since.
        distributions: of the evidence on test; none likewise, and of earlier bundles.
        search_rates: likewise, of searches; none in bundles of earlier versions.
        calibration: facts on the images that the decision was calibrated on, by name; or None.
        card: the text of model_card.md, Markdown; empty where the bundle has none.
        session: the network.
        format: that of the network, of `NETWORKS`.
    """

    folder: Path
    version: str
    space: str
    normalisation: Normalisation
    decision: Decision
    rates: Sequence[MeasuredRates]
    distributions: Sequence[Distribution]
    search_rates: Sequence[SearchRates]
    calibration: Mapping[str, Any] | None
    card: str
    session: Session
    format: str = "onnx"

    @property
    def dimension(self) -> int:
        """D, the length of an embedding."""
        return self.session.dimension

    @cached_property
    def policies(self) -> list[str]:
        """The names of the policies that decide, in the order of decision.json."""
        kind = self.decision.kind
        own = [row.policy for row in self.decision.policies if row.kind == kind]
        return list(dict.fromkeys(own))


def load(folder: Path, form: str = "onnx") -> ServedModel:
    """Loads a bundle.

    Args:
        folder: of the bundle.
        form: the network's format, of `NETWORKS`.

    Raises:
        InputError: a file is missing, not that of the manifest or not what it should be, or the
            bundle has no network of this format or no decision.
    """
    found = bundle.read(folder)
    _demand_network(found, form)
    decision = found.decisions.chosen
    if decision is None:
        raise InputError(
            f"{folder}: has no decision model, for it had too few validation identities; "
            "evaluate with more and freeze again"
        )
    files = found.manifest["files"]
    card = folder / CARD
    return ServedModel(
        folder=folder,
        version=bundle.version_of((folder / MANIFEST).read_bytes()),
        space=_space(found),
        normalisation=found.normalisation,
        decision=decision,
        rates=measured_rates.read(folder) if RATES in files else [],
        distributions=distributions.read(folder),
        search_rates=identification_rates.read(folder) if IDENTIFICATION in files else [],
        calibration=found.decisions.calibration,
        card=card.read_text(encoding="utf-8") if CARD in files else "",
        session=Session(folder / NETWORKS[form], found.normalisation.shape),
        format=form,
    )


def _demand_network(found: Bundle, form: str) -> None:
    name = NETWORKS[form]
    if name in found.manifest["files"]:
        return
    proof = dict(found.manifest.get(FORMATS, {})).get(form)
    if proof is not None:
        raise InputError(f"{found.folder}: freeze left {name} out, as {proof['reason']}")
    raise InputError(
        f"{found.folder}: holds no {name}; freeze the model again with freeze.formats: [{form}]"
    )


def _space(found: Bundle) -> str:
    """Returns the manifest's space; of earlier bundles the hash of network and normalisation."""
    named = found.manifest.get(SPACE)
    if isinstance(named, str):
        return named
    parts = [(found.folder / name).read_bytes() for name in (ONNX, NORMALISATION)]
    return hashlib.sha256(b"".join(parts)).hexdigest()
