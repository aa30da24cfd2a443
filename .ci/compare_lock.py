"""Compares the data of dvc.lock with the committed one; bytes of what is fitted differ between
kinds of CPU.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

STAGES = ("ingest", "preprocess", "split")


def hashes(lock: dict[str, Any]) -> dict[str, str]:
    """The hash of every output of the data stages below data/."""
    outs = [out for stage in STAGES for out in lock["stages"][stage]["outs"]]
    return {out["path"]: out["md5"] for out in outs if out["path"].startswith("data/")}


def main() -> None:
    """Exits with 1 where a hash differs."""
    shown = subprocess.run(
        ["git", "show", "HEAD:dvc.lock"], capture_output=True, text=True, check=True
    )
    committed, found = (
        hashes(yaml.safe_load(shown.stdout)),
        hashes(yaml.safe_load(Path("dvc.lock").read_text())),
    )
    for path, expected in committed.items():
        print(
            f"{path}: {'as committed' if found.get(path) == expected else f'{found.get(path)} is not {expected}'}"
        )
    sys.exit(committed != found)


if __name__ == "__main__":
    main()
