"""Whether a newly trained model takes the champion's place: both are measured on the same images,
as shipped.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from components.evaluate.external import run
from components.evaluate.paired_comparison import Difference, compare, text
from components.evaluate.params import EvaluateParams
from components.shared.data import catalog, partition
from components.shared.data.catalog import COLUMNS, Entry
from components.shared.data.image_store import open_store
from components.shared.runtime.errors import InputError
from components.shared.tracking.run import Record
from components.shared.verification.metric_names import ends
from pipelines.registry.mlflow_registry import CHALLENGER, CHAMPION, Registry, store

SEEN = "Test identities that the champion was trained on, if any, are in its favour."


class Decision(NamedTuple):
    """What becomes of a new model.

    Attributes:
        alias: `champion` or `challenger`.
        reason: in a sentence.
        figures: EERs of both and the interval of their difference, where there was a champion.
        report: what was decided, and why, as Markdown.
    """

    alias: str
    reason: str
    figures: dict[str, float]
    report: str


def promote(
    params: EvaluateParams, model: str, raw: Path, prepared: Path, split: Path, frozen: Path
) -> Decision:
    """Registers a new model, as champion where there is none or where it is better than the
    champion beyond chance.

    Args:
        params: the section `evaluate`, of which references, draws and seed are used.
        model: registered model.
        raw: source images and catalog.csv.
        prepared: which of them could be used.
        split: which of those are test.
        frozen: what freeze wrote of the new model, the challenger.

    Raises:
        InputError: the tracking store cannot be used, one of the models is damaged, or the two took
            different images.
    """
    registry = Registry(model)
    champion = registry.champion()
    if champion is not None and champion.run_id == Record.read(frozen).run_id:
        return kept(f"version {champion.version}")
    found = []
    if champion is not None:
        with TemporaryDirectory() as folder:
            images = held_out(raw, prepared, split, Path(folder) / "images")
            theirs = registry.fetch(champion, Path(folder))
            ours, other = (
                _measure(params, bundle, images, Path(folder)) for bundle in (frozen, theirs)
            )
            found = compare(ours, other, seed=params.seed)
    version = registry.register(frozen)
    decision = decide(
        found, f"version {version.version}", f"version {champion.version}" if champion else None
    )
    registry.name(version, decision.alias, decision.reason)
    return decision


def decide(found: Sequence[Difference], challenger: str, champion: str | None) -> Decision:
    """What becomes of the challenger: the first difference decides, one reference and skilled where
    there are any.

    Args:
        found: differences of challenger − champion.
        challenger: its name.
        champion: its name; None: there is none.

    Raises:
        InputError: there is a champion, but nothing to compare it by.
    """
    if champion is None:
        reason = f"There was no champion in {store()}: {challenger}, the first, became it."
        return Decision(CHAMPION, reason, {}, _report(CHAMPION, challenger, reason))
    if not found:
        raise InputError(
            "the test images allow no comparison of one identity with another; raise split.test"
        )
    first, names = found[0], (f"{challenger} (challenger)", f"{champion} (champion)")
    figures = {
        "challenger/eer": first.left,
        "champion/eer": first.right,
        "difference/eer": first.left - first.right,
    }
    figures |= dict(zip(ends("difference/eer"), first.ends or (), strict=False))
    alias = CHAMPION if first.better == "left" else CHALLENGER
    reason = {
        "left": f"{challenger} is better than {champion} by more than chance and became champion.",
        "right": f"{champion} stays champion: {challenger} is worse by more than chance.",
        None: f"{champion} stays champion: the difference to {challenger} may be chance.",
    }[first.better]
    return Decision(
        alias,
        reason,
        figures,
        _report(alias, challenger, reason, text(list(found), *names).split("\n")),
    )


def kept(champion: str) -> Decision:
    """What becomes of a model that is the champion already, as where a task is tried again."""
    reason = f"{champion.capitalize()} is this very model and stays champion."
    return Decision(CHAMPION, reason, {}, _report(CHAMPION, champion, reason))


def held_out(raw: Path, prepared: Path, split: Path, out: Path) -> Path:
    """A folder with catalog.csv of the test images alone, which are links.

    Args:
        raw: source images.
        prepared: which of them could be used.
        split: which of those are test.
        out: the folder to make.

    Raises:
        InputError: the inputs do not fit together, or no image is test.
    """
    index = open_store(prepared).index
    parts = partition.read(split, index)
    test = index.iloc[parts.loc[parts["part"] == "test", "row"]]
    if test.empty:
        raise InputError(f"{split} puts no images into test; raise split.test, or see split.by")
    for path in test["path"]:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).symlink_to((raw / path).resolve())
    catalog.write([Entry(*row) for row in test[list(COLUMNS)].to_numpy()], out)
    return out


def _measure(params: EvaluateParams, bundle: Path, images: Path, folder: Path) -> Path:
    out = folder / f"report-of-{bundle.name}"
    # Every bundle carries thresholds for equal error; another target's might be new to the
    # champion.
    plain = {
        "target": "equal_error",
        "protocols": ("deployed",),
        "bootstrap": 0,
        "report": {"images": False},
    }
    run.run(EvaluateParams(**{**params.model_dump(), **plain}), bundle, str(images), "auto", out)
    return out


def _report(alias: str, challenger: str, reason: str, answers: Sequence[str] = ()) -> str:
    lines = [
        "# Champion and challenger",
        f"**{reason}** {challenger.capitalize()} is registered under `{alias}`.",
    ]
    if answers:
        lines += ["Both were measured on the same test images, as they are shipped:"]
        lines += ["\n".join(f"- {answer}" for answer in answers), SEEN]
    return "\n\n".join(lines) + "\n"
