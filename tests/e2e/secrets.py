"""Secrets planted in the environment of whole runs, and the search for them in what is left."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "MLFLOW_TRACKING_PASSWORD",
    "KFP_TOKEN",
)
PLANTED = {name: f"planted-{number}" for number, name in enumerate(VARIABLES)}
"""Values that stand in no source file: a whole run's folder holds this one too."""
NUMBER = len(VARIABLES)
PASSWORD = f"planted-{NUMBER}"
SIGNATURE = f"planted-{NUMBER + 1}"
SECRETS = (*PLANTED.values(), PASSWORD, SIGNATURE)


def signed(address: str) -> str:
    """Returns an address with a user, a planted password and a planted signature."""
    return address.replace("//", f"//anna:{PASSWORD}@") + f"?X-Amz-Signature={SIGNATURE}"


def contents(folders: Iterable[Path]) -> dict[str, bytes]:
    """Returns the bytes of all files below folders; of zips and tables unpacked too."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                found[str(path)] = _unpacked(path.read_bytes())
    return found


def leaks(texts: Mapping[str, bytes], secrets: Iterable[str]) -> list[str]:
    """Returns the names of texts that hold a secret."""
    pattern = re.compile("|".join(map(re.escape, secrets)).encode())
    return [name for name, text in texts.items() if pattern.search(text)]


def _unpacked(content: bytes) -> bytes:
    if content.startswith(b"PAR1"):
        return content + pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return content + b"".join(map(archive.read, archive.namelist()))
    return content
