"""Lists the parts of the image as CycloneDX JSON: `python -m pipelines.sbom
signature-recognition:latest`.
"""

import argparse
import json
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, NamedTuple

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file

ARCHIVES = Path("/opt/venv/archives.json")
LIST = ["python", "-c", "from pipelines import sbom; sbom.print_parts()"]


class Part(NamedTuple):
    """One installed package.

    Attributes:
        kind: of its package URL: pypi, deb or generic.
        name: of the package.
        version: of the package.
        licence: an SPDX expression, or empty.
        sha256: of the archive that it came in, or empty.
    """

    kind: str
    name: str
    version: str
    licence: str = ""
    sha256: str = ""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(
        prog="python -m pipelines.sbom",
        description="Lists the parts of an image as CycloneDX JSON: Python, its packages and Debian's.",
        epilog="example:  python -m pipelines.sbom signature-recognition:latest --out build/sbom.json",
    )
    arguments.add_argument("image")
    arguments.add_argument("--out", type=Path, default=Path("build/sbom.json"), metavar="FILE")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _write(options.image, options.out))


def parts() -> list[Part]:
    """What is installed where this runs, sorted."""
    archives = json.loads(ARCHIVES.read_text(encoding="utf-8")) if ARCHIVES.is_file() else {}
    found = {Part("generic", "python", platform.python_version())}
    below = sysconfig.get_path(
        "purelib", vars={"base": sys.base_prefix}
    )  # of the Python that the environment is of
    for distribution in distributions(path=[*sys.path, below]):
        said = distribution.metadata
        # Not by `[…]`: where it is missing, some readers of metadata raise, others give None.
        licence = dict(said.items()).get("License-Expression", "")  # type: ignore[attr-defined]
        found.add(
            Part(
                "pypi", said["Name"], distribution.version, licence, archives.get(said["Name"], "")
            )
        )
    return sorted(found | set(_debian()))


def print_parts() -> None:
    """Prints the parts as JSON; this is what runs in the image."""
    json.dump(parts(), sys.stdout)


def document(name: str, revision: str, listed: Iterable[Part]) -> str:
    """The list as CycloneDX 1.6 JSON.

    Args:
        name: of the image.
        revision: of the code in it.
        listed: its parts.
    """
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    bom = Bom(components=map(_component, listed))
    image = Component(name=name, version=revision, type=ComponentType.CONTAINER, bom_ref="image")
    bom.metadata.component = image
    bom.register_dependency(image, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(part: Part) -> Any:
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    url = PackageURL(part.kind, "debian" if part.kind == "deb" else None, part.name, part.version)
    return Component(
        name=part.name,
        version=part.version,
        purl=url,
        bom_ref=url.to_string(),
        licenses=[LicenseFactory().make_from_string(part.licence)] if part.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else [],
    )


def _debian() -> list[Part]:
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}\n"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except FileNotFoundError:
        return []
    return [Part("deb", *line.split()) for line in shown.splitlines()]


def _write(image: str, out: Path) -> None:
    listed = [
        Part(*part)
        for part in json.loads(_docker("run", "--rm", "--network", "none", image, *LIST))
    ]
    labels = json.loads(_docker("image", "inspect", "--format", "{{json .Config.Labels}}", image))
    revision = (labels or {}).get("org.opencontainers.image.revision", "")
    with atomic_file(out) as fresh:
        fresh.write_text(document(image, revision, listed) + "\n", encoding="utf-8")
    sys.stdout.write(f"{out}: {len(listed)} parts of {image}\n")


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise InputError("docker is not installed") from None
    if done.returncode:
        raise InputError(f"docker {arguments[0]}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


if __name__ == "__main__":
    main()
