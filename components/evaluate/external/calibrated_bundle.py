"""A bundle with another calibration: all else is as in the bundle that it is made from."""

import re
import shutil
from pathlib import Path

from components.evaluate.external.calibration_text import card_section
from components.shared.model import bundle
from components.shared.model.bundle import CARD, MANIFEST, Bundle
from components.shared.storage.files import atomic_folder
from components.shared.verification import decision_file
from components.shared.verification.decision_file import Decisions
from components.shared.verification.distributions import DISTRIBUTIONS
from components.shared.verification.identification_rates import IDENTIFICATION
from components.shared.verification.measured_rates import RATES

SECTION = "## Calibration"
BEFORE = "## Conclusions"
"""The section of the model card that the calibration stands before."""


def write(source: Bundle, decisions: Decisions, out: Path) -> str:
    """Writes a copy of a bundle with other decisions, complete or not at all.

    Args:
        source: the bundle; `out` may be its folder.
        decisions: with the facts of their calibration.
        out: the folder to write.

    Returns:
        The version of the new bundle.
    """
    facts = dict(decisions.calibration or {})
    with atomic_folder(out) as folder:
        shutil.copytree(source.folder, folder, dirs_exist_ok=True)
        decision_file.write(decisions, folder)
        for name in (RATES, DISTRIBUTIONS, IDENTIFICATION):  # they are those of the decision before
            (folder / name).unlink(missing_ok=True)
        card = folder / CARD
        if card.is_file():
            text = with_section(card.read_text(encoding="utf-8"), card_section(facts))
            card.write_text(text, encoding="utf-8")
        content = {key: value for key, value in source.manifest.items() if key != "files"}
        return bundle.write(folder, {**content, "calibration": facts})


def original_version(source: Bundle) -> str:
    """Returns the version of the bundle before its first calibration."""
    earlier = source.decisions.calibration or {}
    version = bundle.version_of((source.folder / MANIFEST).read_bytes())
    return str(earlier.get("model", version))


def with_section(card: str, section: str) -> str:
    """Returns a model card with the section on the calibration, in place of an earlier one."""
    card = re.sub(rf"^{SECTION}\n.*?(?=^## |\Z)", "", card, flags=re.DOTALL | re.MULTILINE)
    text = f"{SECTION}\n{section}\n\n"
    if f"\n{BEFORE}\n" in card:
        return card.replace(f"\n{BEFORE}\n", f"\n{text}{BEFORE}\n", 1)
    return f"{card.rstrip()}\n\n{text}".rstrip() + "\n"
