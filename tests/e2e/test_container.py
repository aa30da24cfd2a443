"""The image, locked down as far as a cluster may: another user, no capability, no network, a
read-only root.
"""

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from components.shared.relog import relog
from components.shared.tracking.code_version import project_version
from pipelines import sbom
from tests.e2e.engine import NAME, PROJECT, docker, image, image_labels
from tests.e2e.repository import TINY

STEPS = (
    "components.ingest --out raw",
    "components.preprocess --raw raw --out prepared",
    "components.split --prepared prepared --out split",
    "components.train --prepared prepared --split split --out embedder",
)
LOCKED = (
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    "--network",
    "none",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a locked-down container of another user trained in."""
    name = image()
    folder = tmp_path_factory.mktemp("locked")
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    for section, values in {**TINY, "train": {**TINY["train"], "steps": 1}}.items():
        params[section] |= values
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    folder.chmod(0o777)
    mounted = ("--volume", f"{folder}:/data", "--workdir", "/data", "--tmpfs", "/tmp")
    script = " && ".join(f"python -m {step}" for step in STEPS)
    done = docker("run", "--rm", "--user", "10001", *LOCKED, *mounted, name, "sh", "-c", script)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stderr.count("the tracking store cannot be used") == 1
    return folder


def test_a_training_runs_as_any_user_on_a_read_only_root_without_network_or_capabilities(
    folder: Path,
) -> None:
    trained = folder / "embedder" / "embedder.keras"
    assert trained.stat().st_uid == 10001
    assert trained.stat().st_size > 500_000


def test_its_record_is_kept_and_logged_where_there_is_a_store(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    record = json.loads((folder / "embedder" / "mlflow_run.json").read_text())
    assert record["run_id"] is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    logged = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db").get_run(
        relog([folder / "embedder"])
    )
    assert logged.data.params == record["params"]
    assert "train/loss" in logged.data.metrics


def test_data_of_a_dvc_repository_are_read_at_a_revision(tmp_path: Path) -> None:
    name = image()
    repository, remote = tmp_path / "repository", tmp_path / "remote"
    place_sample(repository / "signatures")
    for command in (
        "git init -q",
        "dvc init -q",
        f"dvc remote add -q -d store {remote}",
        "dvc add -q signatures",
        "dvc push -q",
        "git add -A",
        "git -c user.name=nobody -c user.email=nobody@localhost commit -qm data",
    ):
        subprocess.run(command.split(), cwd=repository, check=True)
    head = ["git", "rev-parse", "HEAD"]
    revision = subprocess.run(
        head, cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    params["ingest"]["source"] = f"dvc:{repository}@{revision}:signatures"
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    mounted = (
        "--volume",
        f"{tmp_path}:{tmp_path}:ro",
        "--workdir",
        str(tmp_path),
        "--tmpfs",
        "/tmp/out",
    )
    script = "python -m components.ingest --out /tmp/out/raw && wc -l < /tmp/out/raw/catalog.csv"
    user = f"{os.getuid()}:{os.getgid()}"
    done = docker(
        "run",
        "--rm",
        "--user",
        user,
        *LOCKED,
        *mounted,
        "--tmpfs",
        "/tmp",
        name,
        "sh",
        "-c",
        script,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) == 1 + 4 * 3


def place_sample(folder: Path) -> None:
    """Images of 4 identities, 3 each, as a folder per identity."""
    for identity in range(4):
        for one in range(3):
            path = folder / str(identity) / f"{one}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng(10 * identity + one).integers(
                0, 256, (20, 30), dtype=np.uint8
            )
            Image.fromarray(pixels).save(path)


def test_the_image_is_small_labelled_and_not_roots() -> None:
    (inspection,) = json.loads(docker("image", "inspect", image()).stdout)
    assert inspection["Size"] <= 3_050_000_000
    assert inspection["Config"]["User"] == "10001"
    labels = {
        name.rpartition(".")[2]: value for name, value in inspection["Config"]["Labels"].items()
    }
    assert labels["licenses"] == "Apache-2.0"
    assert labels["version"] == project_version()
    assert datetime.fromisoformat(labels["created"]) <= datetime.now(UTC)


THREADS = """
from components.shared.runtime import backend, cores
backend.set_up()
import cv2, scipy.linalg, tensorflow as tf
from threadpoolctl import threadpool_info
blas = {library["num_threads"] for library in threadpool_info()}
print(
    cores.available(), tf.config.threading.get_intra_op_parallelism_threads(), *blas,
    cv2.getNumThreads(),
)
"""


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core is what the limit allows too")
def test_in_a_container_of_one_core_every_library_starts_one_thread() -> None:
    image_labels()  # of any revision: the code is this one
    code = ("--volume", f"{PROJECT}/components:/app/components:ro")
    done = docker(
        "run",
        "--rm",
        "--cpus",
        "1",
        *LOCKED,
        "--tmpfs",
        "/tmp",
        *code,
        NAME,
        "python",
        "-c",
        THREADS,
    )
    assert done.stdout.split() == ["1", "1", "1", "1"], done.stderr


def test_the_code_inside_knows_the_projects_version() -> None:
    script = (
        "from components.shared.tracking.code_version import versions; print(versions()['project'])"
    )
    done = docker("run", "--rm", *LOCKED, image(), "python", "-c", script)
    assert done.stdout.strip() == project_version(), done.stderr


def test_the_list_of_its_parts_holds_every_package_with_the_hash_that_was_installed(
    tmp_path: Path,
) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    name = image()
    sbom.main([name, "--out", str(tmp_path / "sbom.json")])
    text = (tmp_path / "sbom.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    packages = [
        part for part in json.loads(text)["components"] if part["purl"].startswith("pkg:pypi/")
    ]
    hashed = {
        sbom.canonical(part["name"]): part["hashes"][0]["content"]
        for part in packages
        if "hashes" in part
    }
    listed = docker(
        "run", "--rm", name, "sh", "-c", "cd /opt/venv/lib/python*/site-packages; ls -d *.dist-info"
    ).stdout
    assert set(hashed) == {sbom.canonical(folder.partition("-")[0]) for folder in listed.split()}
    assert set(hashed.values()) <= set(
        re.findall("sha256:([0-9a-f]{64})", (PROJECT / "requirements.lock").read_text())
    )
