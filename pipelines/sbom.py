"""List of an image's packages (SBOM) as CycloneDX JSON: `python -m pipelines.sbom IMAGE`."""

import argparse
import json
import platform
import re
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

ARCHIVES = Path("/opt/venv/archives.sha256")
LIST = ["python", "-c", "from pipelines import sbom; sbom.print_packages()"]


class Package(NamedTuple):
    """One installed package.

    Attributes:
        kind: type of its package URL: pypi, deb or generic.
        name: of the package.
        version: of the package.
        licence: an SPDX expression, or empty.
        sha256: of the archive that it was installed from, or empty.
    """

    kind: str
    name: str
    version: str
    licence: str = ""
    sha256: str = ""


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and writes the list."""
    arguments = argparse.ArgumentParser(
        prog="python -m pipelines.sbom",
        description="Lists the parts of an image as CycloneDX JSON: Python, its packages and "
        "Debian's.",
        epilog="example:  python -m pipelines.sbom signature-recognition:latest "
        "--out build/sbom.json",
    )
    arguments.add_argument("image")
    arguments.add_argument("--out", type=Path, default=Path("build/sbom.json"), metavar="FILE")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _write(options.image, options.out))


def packages() -> list[Package]:
    """Returns all packages of the image or environment that runs this, sorted."""
    archives = archive_hashes(ARCHIVES.read_text(encoding="utf-8")) if ARCHIVES.is_file() else {}
    result = {Package("generic", "python", platform.python_version())}
    # The Python that the environment was made with has packages of its own.
    base = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    for distribution in distributions(path=[*sys.path, base]):
        metadata = distribution.metadata
        name = metadata["Name"]
        # Not by `[…]`: where it is missing, some readers of metadata raise, others give None.
        licence = dict(metadata.items()).get("License-Expression", "")  # type: ignore[attr-defined]
        version = distribution.version
        sha256 = archives.get((canonical(name), version), "")
        result.add(Package("pypi", name, version=version, licence=licence, sha256=sha256))
    return sorted(result | set(_debian()))


def archive_hashes(listing: str) -> dict[tuple[str, str], str]:
    """Returns the SHA-256 of every archive, by the canonical name and the version of its package.

    Args:
        listing: what sha256sum printed of wheels and source distributions.
    """
    result = {}
    for line in listing.splitlines():
        sha256, file = line.split("  ")
        if file.endswith(".whl"):
            name, version = file.split("-")[:2]
        else:
            name, _, version = file.removesuffix(".tar.gz").rpartition("-")
        result[canonical(name), version] = sha256
    return result


def canonical(name: str) -> str:
    """Returns a package's name in the form in which names are compared (PEP 503)."""
    return re.sub("[-_.]+", "-", name).lower()


def print_packages() -> None:
    """Prints the packages as JSON; runs inside the image."""
    json.dump(packages(), sys.stdout)


def document(name: str, revision: str, parts: Iterable[Package]) -> str:
    """Returns the list as CycloneDX 1.6 JSON.

    Args:
        name: of the image.
        revision: of the code in it.
        parts: its packages.
    """
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    bom = Bom(components=map(_component, parts))
    image = Component(name=name, version=revision, type=ComponentType.CONTAINER, bom_ref="image")
    bom.metadata.component = image
    bom.register_dependency(image, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(package: Package) -> Any:
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    namespace = "debian" if package.kind == "deb" else None
    url = PackageURL(package.kind, namespace, package.name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        purl=url,
        bom_ref=url.to_string(),
        licenses=[LicenseFactory().make_from_string(package.licence)] if package.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)]
        if package.sha256
        else [],
    )


def _debian() -> list[Package]:
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}\n"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except FileNotFoundError:
        return []
    return [Package("deb", *line.split()) for line in output.stdout.splitlines()]


def _write(image: str, out: Path) -> None:
    rows = json.loads(_docker("run", "--rm", "--network", "none", image, *LIST))
    parts = [Package(*row) for row in rows]
    labels = json.loads(_docker("image", "inspect", "--format", "{{json .Config.Labels}}", image))
    revision = (labels or {}).get("org.opencontainers.image.revision", "")
    with atomic_file(out) as fresh:
        fresh.write_text(document(image, revision, parts) + "\n", encoding="utf-8")
    sys.stdout.write(f"{out}: {len(parts)} parts of {image}\n")


def _docker(*arguments: str) -> str:
    command = ["docker", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise InputError("docker is not installed") from None
    if done.returncode:
        raise InputError(f"docker {arguments[0]}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


if __name__ == "__main__":
    main()
