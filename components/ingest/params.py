"""Parameters of the ingest step."""

from typing import Literal

from pydantic import Field

from components.shared.runtime.params import StepParams


class SampleParams(StepParams):
    """The generated signatures (`source: sample`)."""

    seed: int = Field(
        default=0,
        ge=0,
        description="Seed of the generator; another one gives other identities.",
    )
    identities: int = Field(default=240, ge=1, le=100_000, description="Number of identities.")
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
    layout: Literal["auto", "cedar", "folder"] = Field(
        default="auto",
        description="How paths name identity and kind. `cedar`: `full_org/original_W_S.png` and "
        "`full_forg/forgeries_W_S.png`. `folder`: one folder per identity, optional `genuine/` "
        "and `forgery/` below it, optional `train/`, `val/`, `test/` above it. `auto`: whichever "
        "fits.",
    )
    sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-fA-F]{64}$",
        description="Expected sha256 of an archive; null: not checked.",
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
