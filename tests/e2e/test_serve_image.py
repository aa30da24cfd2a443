"""The service's image, locked down as far as a cluster may."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from components.shared.tracking.code_version import project_version
from tests.e2e.engine import PROJECT, docker
from tests.serving.api.clients import enrol, probe
from tests.serving.bundles import write_served_bundle

NAME = "signature-recognition-serve:tested"
LARGEST = 450_000_000
ABSENT = ("tensorflow", "keras", "pandas", "pyarrow", "mlflow", "cv2", "scipy", "sklearn", "pip")
KILLED = 137
LOCKED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
LIMITS = ("--security-opt", "no-new-privileges", "--memory", "1g", "--pids-limit", "200")


class Started(NamedTuple):
    """A container of the service, its data, and a client with the first key."""

    container: str
    volume: str
    client: httpx.Client


@pytest.fixture(scope="module")
def image() -> str:
    """The image as `make serve-image` builds it; skips where no engine answers."""
    try:
        answer = docker("version")
    except FileNotFoundError:
        pytest.skip("docker is not installed")
    if answer.returncode:
        pytest.skip(answer.stderr.strip().splitlines()[-1])
    command = ["make", "--silent", "serve-image", f"SERVE_IMAGE={NAME}"]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, (built.stdout + built.stderr)[-3000:]
    return NAME


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_served_bundle(tmp_path_factory.mktemp("served") / "bundle")
    folder.parent.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def network(image: str) -> Iterator[str]:
    """A network that leads nowhere but to this machine."""
    assert image
    name = made("network", "create", "--internal", f"serve-test-{time.time_ns()}")
    yield name
    docker("network", "rm", name)


@pytest.fixture(scope="module")
def started(image: str, bundle: Path, network: str) -> Iterator[Started]:
    volume = made("volume", "create")
    container = run(image, bundle, network, volume)
    words = docker("logs", container).stdout.split()
    with client_of(container, words[words.index("now:") + 1]) as client:
        yield Started(container, volume, client)
    docker("rm", "--force", container)
    docker("volume", "rm", volume)


def made(*arguments: str) -> str:
    done = docker(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run(image: str, bundle: Path, network: str, volume: str) -> str:
    """Starts a container that may do nothing but answer, and returns its id when it is healthy."""
    mounted = ("--volume", f"{bundle}:/model:ro", "--volume", f"{volume}:/data")
    container = made("run", "--detach", *LOCKED, *LIMITS, "--network", network, *mounted, image)
    for _ in range(600):
        state = inspect("container", container)["State"]
        if state["Health"]["Status"] == "healthy":
            return container
        if not state["Running"]:
            break
        time.sleep(0.2)
    pytest.fail(docker("logs", container).stderr[-3000:])


def inspect(kind: str, name: str) -> dict[str, Any]:
    (found,) = json.loads(made(kind, "inspect", name))
    assert isinstance(found, dict)
    return found


def client_of(container: str, key: str) -> httpx.Client:
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = made("container", "inspect", "--format", template, container)
    headers = {"Authorization": f"Bearer {key}", "Host": "localhost"}
    return httpx.Client(base_url=f"http://{address}:8000", headers=headers, timeout=60)


def test_s26_it_enrols_and_verifies_on_a_read_only_root_without_capabilities_or_a_way_out(
    started: Started,
) -> None:
    """S26: as user 10001, and nothing but its data is written."""
    person = enrol(started.client, 1)  # type: ignore[arg-type]
    enrol(started.client, 2)  # type: ignore[arg-type]
    for writer, decision in ((1, "accept"), (2, "reject")):
        answer = started.client.post(
            "/v1/verify", data={"person_id": person["id"]}, files=probe(writer)
        )
        assert answer.json()["decision"] == decision
    found = started.client.post("/v1/identify", files=probe(1)).json()
    assert found["person"]["id"] == person["id"]
    script = (
        "import os, pathlib as p, socket; print(os.getuid());"
        "print(p.Path('/data/signatures.db').stat().st_uid);"
        "print(socket.socket().connect_ex(('192.0.2.1', 80)) != 0);"
        "p.Path('/app/x').write_text('')"
    )
    inside = docker("exec", started.container, "python", "-c", script)
    assert inside.stdout.split() == ["10001", "10001", "True"]
    assert "Read-only file system" in inside.stderr


def test_it_is_small_labelled_not_roots_and_has_no_tensorflow(image: str) -> None:
    (inspection,) = json.loads(docker("image", "inspect", image).stdout)
    assert inspection["Size"] <= LARGEST
    assert inspection["Config"]["User"] == "10001"
    assert inspection["Config"]["Labels"]["org.opencontainers.image.version"] == project_version()
    assert list(inspection["Config"]["Volumes"]) == ["/data"]
    script = "cd /opt/venv/lib/python3*/site-packages && ls"
    listed = docker("run", "--rm", "--entrypoint", "sh", image, "-c", script).stdout.split()
    assert "onnxruntime" in listed
    assert set(listed) & set(ABSENT) == set()


def test_every_module_of_it_can_be_imported_with_what_it_holds(image: str) -> None:
    script = (PROJECT / "tests" / "serving" / "import_all.py").read_text()
    done = docker("run", "--rm", *LOCKED, "--entrypoint", "python", image, "-c", script)
    assert done.returncode == 0, done.stderr[-3000:]


def test_what_is_wrong_with_its_volumes_is_said_in_one_line(image: str) -> None:
    done = docker("run", "--rm", *LOCKED, image)
    assert done.returncode == 2
    assert done.stderr.startswith("error: /model")
    assert done.stderr.count("\n") == 1


def test_sigterm_ends_it_in_order_and_another_goes_on_with_its_data(
    started: Started, image: str, bundle: Path, network: str
) -> None:
    known = {person["id"] for person in started.client.get("/v1/people").json()["items"]}
    key = started.client.headers["Authorization"].removeprefix("Bearer ")
    made("stop", "--time", "60", started.container)
    assert inspect("container", started.container)["State"]["ExitCode"] != KILLED
    another = run(image, bundle, network, started.volume)
    try:
        with client_of(another, key) as client:
            people = client.get("/v1/people").json()["items"]
        assert {person["id"] for person in people} == known
        assert "first key" not in docker("logs", another).stdout
    finally:
        docker("rm", "--force", another)
