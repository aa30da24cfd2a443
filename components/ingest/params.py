"""Parameters of the ingest step."""

import difflib
from typing import Literal

from pydantic import Field, field_validator

from components.shared.runtime.params import StepParams

ASCII = b"a/1.png"
LAYOUTS = ("auto", "cedar", "folder")


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


class IngestParams(StepParams):
    """The source of the images, its layout, and the caps on archives and downloads."""

    source: str = Field(
        default="sample",
        min_length=1,
        description="Source of the images: `sample` (generated), `cedar` (the folder that "
        "`CEDAR_DIR` names, else the public archive), a folder, an archive (.zip, .tar.*, .rar), "
        "`https://…`, `s3://bucket/key-or-prefix`, or `dvc:<repo>@<rev>:<path>`.",
    )
    layout: str = Field(
        default="auto",
        description="How identity and kind of an image are known. `cedar`: "
        "`full_org/original_W_S.png` and `full_forg/forgeries_W_S.png`. `folder`: one folder per "
        "identity, optional `genuine/` and `forgery/` (or `real/`, `forged/`, …) below it, "
        "optional `train/`, `val/`, `test/` above it. `auto`: whichever of the two fits. A path "
        "that ends in .csv: a table of `path,identity,kind[,part]`, on this machine or in the "
        "source, for every other tree; images that it does not name are left out.",
    )
    identity_levels: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="Folders that make an identity's name in the layout `folder`; folders below "
        "them (sessions, …) do not matter then, but for those of kinds. null: one folder, and "
        "only folders of kinds below it.",
    )
    max_misplaced: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Largest fraction of the images that may stand where the layout has none and "
        "are left out; a single one always may.",
    )
    sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-fA-F]{64}$",
        description="Expected sha256 of an archive; null: not checked.",
    )
    encoding: str | None = Field(
        default=None,
        description="Encoding of names in an archive that are no UTF-8, as Python names it (cp932, "
        "gbk, euc_kr, cp437, …); null: a guess, which the log tells.",
    )
    max_files: int = Field(
        default=200_000,
        ge=1,
        description="Most entries of an archive, or objects below a prefix.",
    )
    max_bytes: int = Field(
        default=20_000_000_000,
        ge=1,
        description="Most bytes of all downloads together, and of an unpacked archive.",
    )
    max_ratio: float = Field(
        default=200,
        ge=1,
        description="Most unpacked bytes per byte of an archive.",
    )
    sample: SampleParams = SampleParams()

    @field_validator("encoding")
    @classmethod
    def _reads_ascii(cls, encoding: str | None) -> str | None:
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

    @field_validator("layout")
    @classmethod
    def _known(cls, layout: str) -> str:
        if layout not in LAYOUTS and not layout.endswith(".csv"):
            match = difflib.get_close_matches(layout, LAYOUTS, n=1)
            nearest = f" (did you mean '{match[0]}'?)" if match else ""
            raise ValueError(
                "must be auto, cedar, folder, or the path of a .csv file of "
                f"path,identity,kind{nearest}"
            )
        return layout
