"""Parameters of the ingest step."""

import difflib
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag

from components.ingest.published import PUBLISHED
from components.shared.runtime.errors import holds_credentials
from components.shared.runtime.params import StepParams

SOURCE_URLS = "SOURCE_URLS"
ASCII = b"a/1.png"
LAYOUTS = (
    *("auto", "cedar", "folder", "iam", "4nsigcomp2012"),
    *(collection.name for collection in PUBLISHED),
)


def _without_credentials(source: str) -> str:
    if holds_credentials(source):
        remedy = (
            "git's credential helper gives them"
            if source.startswith("dvc:")
            else f"the variable {SOURCE_URLS} takes the whole address"
        )
        raise ValueError(
            "has a user, a password or a query, which would stand in params.yaml, dvc.lock and "
            f"every record: leave them out, {remedy}"
        )
    return source


def _reads_ascii(encoding: str | None) -> str | None:
    try:
        is_usable = encoding is None or ASCII.decode(encoding) == ASCII.decode()
    except (LookupError, ValueError):
        is_usable = False
    if not is_usable:
        raise ValueError(
            "must be the name of an encoding that Python knows and that has ASCII in it, "
            "such as cp932, gbk, euc_kr or cp437"
        )
    return encoding


def _known(layout: str) -> str:
    if layout not in LAYOUTS and not layout.endswith(".csv"):
        match = difflib.get_close_matches(layout, LAYOUTS, n=1)
        nearest = f" (did you mean '{match[0]}'?)" if match else ""
        raise ValueError(
            f"must be one of {', '.join(LAYOUTS)}, or the path of a .csv file of "
            f"path,identity,kind{nearest}"
        )
    return layout


Layout = Annotated[str, AfterValidator(_known)]
Encoding = Annotated[str | None, AfterValidator(_reads_ascii)]
Address = Annotated[str, Field(min_length=1), AfterValidator(_without_credentials)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
Levels = Annotated[int, Field(ge=1, le=20)]
Share = Annotated[float, Field(ge=0, le=1)]


class SampleParams(StepParams):
    """The generated signatures (`source: sample`)."""

    seed: int = Field(
        default=0,
        ge=0,
        description="Seed of the generator; another one gives other identities.",
    )
    identities: int = Field(default=400, ge=1, le=100_000, description="Number of identities.")
    genuine: int = Field(default=8, ge=1, le=10_000, description="Genuine images per identity.")
    forgeries: int = Field(
        default=4,
        ge=0,
        le=10_000,
        description="Skilled forgeries per identity.",
    )
    leak: Literal["none", "paper"] = Field(
        default="none",
        description="`paper` adds CEDAR's flaw: the paper's grey tells forgeries from genuine.",
    )


class CollectionParams(StepParams):
    """One of several sources; a parameter that is null here is as in the section."""

    name: str = Field(
        pattern=r"^\w[\w-]{0,39}$",
        description="Name of the collection: letters, digits, `_` and `-`. Its identities are "
        "called `<name>/<identity>`.",
    )
    source: Address = Field(description="As a single `source`.")
    layout: Layout | None = Field(default=None, description="As `layout`.")
    identity_levels: Levels | None = Field(default=None, description="As `identity_levels`.")
    max_misplaced: Share | None = Field(default=None, description="As `max_misplaced`.")
    sha256: Sha256 | None = Field(default=None, description="Expected sha256 of an archive.")
    encoding: Encoding = Field(default=None, description="As `encoding`.")
    sample: SampleParams | None = Field(default=None, description="As `sample`.")


def _form(value: Any) -> Literal["text", "list"] | None:
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list | tuple) else None


Sources = Annotated[
    Annotated[Address, Tag("text")] | Annotated[tuple[CollectionParams, ...], Tag("list")],
    Discriminator(
        _form,
        custom_error_type="form",
        custom_error_message="must be a text, or a list of collections with name and source",
    ),
]


class IngestParams(StepParams):
    """The source of the images, its layout, and the caps on archives and downloads."""

    source: Sources = Field(
        default="sample",
        description="Source of the images: `sample` (generated), `cedar` (the folder that "
        "`CEDAR_DIR` names, else the public archive), `bhsig260` (the folder that `BHSIG260_DIR` "
        "names), a folder, an archive (.zip, .tar.*, .rar, .rec), `https://…`, "
        "`s3://bucket/key-or-prefix`, or `dvc:<repo>@<rev>:<path>`; or a list of collections.",
    )
    layout: Layout = Field(
        default="auto",
        description="How identity and kind of an image are known. `cedar`: "
        "`full_org/original_W_S.png` and `full_forg/forgeries_W_S.png`. `folder`: one folder per "
        "identity, optional `genuine/` and `forgery/` (or `real/`, `forged/`, …) below it, "
        "optional `train/`, `val/`, `test/` above it. Other names: published collections "
        "([Collections](collections.md)). `auto`: the first that fits, which the log tells. A path "
        "that ends in .csv: a table of `path,identity,kind[,part]`, on this machine or in the "
        "source, for every other tree; images that it does not name are left out.",
    )
    identity_levels: Levels | None = Field(
        default=None,
        description="Folders that make an identity's name in the layout `folder`; folders below "
        "them (sessions, …) do not matter then, but for those of kinds. null: one folder, and "
        "only folders of kinds below it.",
    )
    max_misplaced: Share = Field(
        default=0.05,
        description="Largest fraction of the images that may stand where the layout has none and "
        "are left out; a single one always may.",
    )
    sha256: Sha256 | None = Field(
        default=None,
        description="Expected sha256 of an archive; null: not checked.",
    )
    encoding: Encoding = Field(
        default=None,
        description="Encoding of names in an archive that are no UTF-8, as Python names it (cp932, "
        "gbk, euc_kr, cp437, …); null: a guess, which the log tells.",
    )
    max_files: int = Field(
        default=200_000,
        ge=1,
        description="Most entries of an archive, or objects below a prefix; of several collections "
        "what is left by those before.",
    )
    max_bytes: int = Field(
        default=20_000_000_000,
        ge=1,
        description="Most bytes of all downloads together, and of an unpacked archive; of several "
        "collections what is left by those before.",
    )
    max_ratio: float = Field(
        default=200,
        ge=1,
        description="Most unpacked bytes per byte of an archive.",
    )
    sample: SampleParams = SampleParams()

    @property
    def collections(self) -> dict[str, Self]:
        """The parameters of each collection as those of a single source; none of a single one."""
        if isinstance(self.source, str):
            return {}
        return {each.name: self.model_copy(update=_given(each)) for each in self.source}

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have."""
        if isinstance(self.source, str):
            return []
        if not self.source:
            return ["source is an empty list: name a source"]
        names = [each.name for each in self.source]
        twice = {name for name in names if names.count(name) > 1}
        reasons = [f"source names the collection {name} twice" for name in sorted(twice)]
        reasons += _alike(set(names))
        if self.sha256:
            reasons.append(
                "sha256 is the hash of one archive, but source is a list: give it with a collection"
            )
        return reasons


def _alike(names: set[str]) -> list[str]:
    """Returns which names of collections are one folder on systems that do not tell case."""
    by_folder: dict[str, list[str]] = {}
    for name in sorted(names):
        by_folder.setdefault(name.casefold(), []).append(name)
    return [
        f"source names collections that differ in case alone, {' and '.join(alike)}: rename one"
        for alike in by_folder.values()
        if len(alike) > 1
    ]


def _given(collection: CollectionParams) -> dict[str, Any]:
    """Returns the parameters that a collection does not take from the section."""
    values = {name: getattr(collection, name) for name in CollectionParams.model_fields}
    del values["name"]
    return {name: value for name, value in values.items() if value is not None}
