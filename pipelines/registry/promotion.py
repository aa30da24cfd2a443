"""Promotion of a newly trained model: it and the champion are measured on the same images, as
shipped.
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
from components.shared.model.registered_bundle import describe_tracking_store
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import Record
from components.shared.verification.metric_names import ends
from pipelines.registry.mlflow_registry import CHALLENGER, CHAMPION, Registry

NOTE = "Test identities that the champion was trained on, if any, are in its favour."


class Promotion(NamedTuple):
    """The place of a new model in the registry.

    Attributes:
        challenger: the new model, `version 2`.
        alias: `champion` or `challenger`.
        reason: in a sentence.
        figures: EERs of both and the interval of their difference, where they were compared.
        answers: the differences in words.
        is_new: False where the model had been registered before.
    """

    challenger: str
    alias: str
    reason: str
    figures: dict[str, float]
    answers: tuple[str, ...]
    is_new: bool = True

    @property
    def place(self) -> str:
        """The new model's place in a sentence."""
        before = "" if self.is_new else " It had been registered before."
        return f"{self.challenger.capitalize()} is registered under `{self.alias}`.{before}"

    @property
    def text(self) -> str:
        """The place, the reason and the comparison, for a terminal."""
        lines = [f"{self.reason[:1].upper()}{self.reason[1:]}", self.place]
        if self.answers:
            lines += ["Both on the same test images, as they are shipped:"]
            lines += [*(f"  {answer}" for answer in self.answers), NOTE]
        return "\n".join(lines)

    @property
    def report(self) -> str:
        """The place, the reason and the comparison, as Markdown."""
        lines = ["# Champion and challenger", f"**{self.reason}** {self.place}"]
        if self.answers:
            lines += ["Both were measured on the same test images, as they are shipped:"]
            lines += ["\n".join(f"- {answer}" for answer in self.answers), NOTE]
        return "\n\n".join(lines) + "\n"


def promote(
    params: EvaluateParams,
    model: str,
    raw: Path,
    prepared: Path,
    split: Path,
    frozen: Path,
    *,
    force: bool = False,
) -> Promotion:
    """Registers a new model, as champion where there is none or where it is better than the
    champion beyond chance.

    Args:
        params: the section `evaluate`; only references, draws and seed are used.
        model: name of the registered model.
        raw: source images and catalog.csv.
        prepared: image store of the images that could be read.
        split: split.parquet, which names the test images.
        frozen: bundle of the new model, the challenger.
        force: makes it champion without a comparison.

    Raises:
        InputError: the tracking store cannot be used, one of the models is damaged, or the two took
            different images.
    """
    registry = Registry(model)
    champion = registry.champion()
    if champion is not None and champion.run_id == Record.read(frozen).run_id:
        return unchanged(f"version {champion.version}")
    differences = []
    if champion is not None and not force:
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            images = link_test_images(raw, prepared, split, folder / "images")
            bundle = registry.fetch(champion, folder)
            new_report = _measure(params, frozen, images, folder)
            old_report = _measure(params, bundle, images, folder)
            differences = compare(new_report, old_report)
    is_new = registry.find(frozen) is None
    version = registry.register(frozen)
    challenger = f"version {version.version}"
    champion_name = f"version {champion.version}" if champion else None
    if force and champion_name:
        promotion = forced(challenger, champion_name)
    else:
        promotion = decide(differences, challenger, champion_name)
    registry.name(version, promotion.alias, promotion.reason)
    return promotion._replace(is_new=is_new)


def decide(differences: Sequence[Difference], challenger: str, champion: str | None) -> Promotion:
    """Decides on the challenger by the first difference: skilled forgeries, one reference, where
    there are any.

    Args:
        differences: of challenger − champion, one for each kind and number of references.
        challenger: its name.
        champion: its name; None: there is none.

    Raises:
        InputError: there is a champion, but nothing to compare it by.
    """
    if champion is None:
        place = describe_tracking_store()
        reason = f"There was no champion in {place}: {challenger}, the first, became it."
        return Promotion(challenger, CHAMPION, reason, {}, ())
    if not differences:
        raise InputError(
            "the test images allow no comparison of one identity with another; raise split.test"
        )
    first = differences[0]
    names = f"{challenger} (challenger)", f"{champion} (champion)"
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
    answers = text(list(differences), *names).split("\n")
    return Promotion(challenger, alias, reason, figures, tuple(answers))


def unchanged(champion: str) -> Promotion:
    """Leaves a model as it is that is the champion already, as where a task is tried again."""
    reason = f"{champion.capitalize()} is this very model and stays champion."
    return Promotion(champion, CHAMPION, reason, {}, (), is_new=False)


def forced(challenger: str, champion: str) -> Promotion:
    """Makes a model champion because somebody says so."""
    reason = f"{challenger} became champion by force, not compared with {champion}."
    return Promotion(challenger, CHAMPION, reason, {}, ())


def link_test_images(raw: Path, prepared: Path, split: Path, out: Path) -> Path:
    """Makes a folder with links to the test images alone, and their catalog.csv.

    Args:
        raw: source images.
        prepared: image store of the images that could be read.
        split: split.parquet, which names the test images.
        out: the folder to make, which is returned.

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
        "report": {"images": False},
    }
    run.run(EvaluateParams(**{**params.model_dump(), **plain}), bundle, str(images), "auto", out)
    return out
