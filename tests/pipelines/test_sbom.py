"""The list of an image's packages."""

import json
import platform
import subprocess
import sys
from importlib.metadata import distributions
from typing import Any

from pipelines import sbom
from pipelines.sbom import Package


def test_the_parts_are_python_its_packages_and_their_versions() -> None:
    parts = sbom.packages()
    packages = {(part.name, part.version) for part in parts if part.kind == "pypi"}
    assert packages >= {(one.metadata["Name"], one.version) for one in distributions()}
    assert ("python", platform.python_version()) in {(part.name, part.version) for part in parts}
    assert {part.licence for part in parts if part.name == "pydantic"} == {"MIT"}


def test_the_list_names_every_part_with_a_hash_where_it_is_known() -> None:
    listed = [
        Package("pypi", "kfp", "2.17.0", "Apache-2.0", "a" * 64),
        Package("deb", "libssl3", "3.0.1-1~deb12u1"),
        Package("generic", "python", "3.11.7"),
    ]
    written: dict[str, Any] = json.loads(
        sbom.document("signature-recognition:latest", "0123abc", listed)
    )
    assert (
        written["metadata"]["component"]["name"],
        written["metadata"]["component"]["version"],
    ) == (
        "signature-recognition:latest",
        "0123abc",
    )
    parts = {one["name"]: one for one in written["components"]}
    assert sorted(parts) == ["kfp", "libssl3", "python"]
    assert parts["kfp"]["purl"] == "pkg:pypi/kfp@2.17.0"
    assert parts["kfp"]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert parts["kfp"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert parts["libssl3"]["purl"].startswith("pkg:deb/debian/libssl3@3.0.1-1~deb12u1")
    assert "hashes" not in parts["libssl3"]


def test_the_command_for_the_image_prints_the_packages_of_where_it_runs() -> None:
    command = [sys.executable, *sbom.LIST[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [Package(*row) for row in json.loads(done.stdout)] == sbom.packages()


def test_an_archive_is_found_by_its_package_however_the_name_is_written() -> None:
    listing = (
        f"{'a' * 64}  ruamel_yaml-0.19.1-py3-none-any.whl\n"
        f"{'b' * 64}  antlr4-python3-runtime-4.9.3.tar.gz\n"
        f"{'c' * 64}  PyYAML-6.0.3-1-cp311-cp311-manylinux_2_17_x86_64.whl\n"
    )
    assert sbom.archive_hashes(listing) == {
        ("ruamel-yaml", "0.19.1"): "a" * 64,
        ("antlr4-python3-runtime", "4.9.3"): "b" * 64,
        ("pyyaml", "6.0.3"): "c" * 64,
    }
