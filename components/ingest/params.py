"""Parameters of the ingest step."""

from typing import Literal

from pydantic import Field

from components.shared.params import StepParams


class SampleParams(StepParams):
    """What the generated signatures are like (`source: sample`)."""

    seed: int = Field(default=0, ge=0, description="another seed gives other identities")
    identities: int = Field(default=240, ge=1, le=100_000, description="number of identities")
    genuine: int = Field(default=8, ge=1, le=10_000, description="genuine images per identity")
    forgeries: int = Field(default=4, ge=0, le=10_000, description="skilled forgeries per identity")
    leak: Literal["none", "paper"] = Field(
        default="none", description="paper: the paper's grey tells forged from genuine"
    )


class IngestParams(StepParams):
    """Where the images come from, how they are laid out, and the caps on what comes from outside."""

    source: str = Field(
        default="sample",
        min_length=1,
        description="sample, cedar, a folder, an archive, https://…, s3://bucket/key, dvc:<repo>@<rev>:<path>",
    )
    layout: Literal["auto", "cedar", "folder"] = Field(
        default="auto", description="how identity and kind stand in the paths"
    )
    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$", description="expected hash of an archive")
    max_files: int = Field(default=200_000, ge=1, description="most entries of an archive, or objects")
    max_bytes: int = Field(
        default=20_000_000_000, ge=1, description="most bytes of all downloads, and of an unpacked archive"
    )
    max_ratio: float = Field(default=200, ge=1, description="most unpacked bytes per archived byte")
    sample: SampleParams = SampleParams()
