"""Manifests for Kubernetes, as kustomize builds them."""

import base64
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client as kubernetes

from serving.__main__ import main
from serving.commands.manifests import Overlay, write

PROJECT = Path(__file__).resolve().parents[3]
DEPLOY = PROJECT / "deploy"
IMAGE = "registry.example/serve:1.0"
Objects = dict[str, dict[str, Any]]
KINDS = {
    "Deployment": "V1Deployment",
    "Service": "V1Service",
    "NetworkPolicy": "V1NetworkPolicy",
    "Job": "V1Job",
    "ConfigMap": "V1ConfigMap",
    "PersistentVolumeClaim": "V1PersistentVolumeClaim",
    "HorizontalPodAutoscaler": "V2HorizontalPodAutoscaler",
    "PodDisruptionBudget": "V1PodDisruptionBudget",
    "Ingress": "V1Ingress",
}
SMALL = Overlay(IMAGE, "pvc:models/frozen", database=None)
LARGE = Overlay(
    image=f"{IMAGE}@sha256:{'a' * 64}",
    model="s3://models/signatures/0123456789ab",
    namespace="bank",
    database="our-database",
    encryption="our-encryption",
    store="our-store",
    replicas=2,
    most=5,
    host="signatures.bank.example",
    monitored=True,
)


def built(overlay: Overlay, folder: Path) -> Objects:
    """The objects of an overlay by kind."""
    write(overlay, folder / "k8s")
    return rendered(folder / "k8s")


def rendered(folder: Path) -> Objects:
    """The objects of a kustomization by kind; skips where kustomize is not there."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed, which holds kustomize")
    command = ["kubectl", "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr
    return {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    return built(SMALL, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    return built(LARGE, tmp_path_factory.mktemp("large"))


def container(objects: Objects, kind: str = "Deployment") -> dict[str, Any]:
    (found,) = objects[kind]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def environment(objects: Objects, kind: str = "Deployment") -> dict[str, Any]:
    """Variables of a container: their values, or the Secret and its key."""
    found: dict[str, Any] = {}
    for one in container(objects, kind)["env"]:
        secret = one.get("valueFrom", {}).get("secretKeyRef")
        found[one["name"]] = (secret["name"], secret["key"]) if secret else one.get("value")
    return found


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(DEPLOY.rglob("*.yaml")):
        for content in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield path, content


def assert_known(content: dict[str, Any]) -> None:
    """Every field is one that Kubernetes knows, and none that it needs is missing."""
    api = kubernetes.ApiClient()
    kind = KINDS[content["kind"]]
    read = api._ApiClient__deserialize(content, kind)
    assert api.sanitize_for_serialization(read) == content


def test_every_object_is_one_that_kubernetes_takes(small: Objects, large: Objects) -> None:
    assert "ServiceMonitor" not in small
    for overlay, objects in ((SMALL, small), (LARGE, large)):
        for content in objects.values():
            assert content["metadata"]["namespace"] == overlay.namespace
            if content["kind"] != "ServiceMonitor":
                assert_known(content)


@pytest.mark.parametrize("name", ["small", "large"])
def test_all_that_selects_the_pods_finds_them(name: str, request: pytest.FixtureRequest) -> None:
    objects: Objects = request.getfixturevalue(name)
    deployment = objects["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"].items()
    assert deployment["selector"]["matchLabels"].items() <= labels
    assert objects["Service"]["spec"]["selector"].items() <= labels
    assert objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items() <= labels
    ports = {port["name"] for port in container(objects)["ports"]}
    assert objects["Service"]["spec"]["ports"][0]["targetPort"] in ports
    if name == "large":
        budget = objects["PodDisruptionBudget"]["spec"]
        assert budget["selector"]["matchLabels"].items() <= labels
        assert objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "signatures"
        backend = objects["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
        assert backend == {"name": "signatures", "port": {"name": "http"}}
        monitor = objects["ServiceMonitor"]["spec"]
        service = objects["Service"]
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert "Job" in objects
        assert not labels & objects["Job"]["spec"]["template"]["metadata"]["labels"].items()


def test_a_small_one_is_one_pod_on_sqlite_in_a_volume(small: Objects) -> None:
    objects = small
    spec = objects["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert environment(objects)["SERVE_DATABASE"] == "sqlite:////data/signatures.db"
    volumes = {each["name"]: each for each in spec["template"]["spec"]["volumes"]}
    data = volumes["data"]["persistentVolumeClaim"]["claimName"]
    assert data == objects["PersistentVolumeClaim"]["metadata"]["name"]
    assert "emptyDir" not in volumes["data"]
    assert volumes["model"]["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}
    assert objects["ConfigMap"]["data"]["SERVE_MODEL"] == "/model/frozen"
    assert "Job" not in objects
    mounts = {each["name"] for each in container(objects)["volumeMounts"]}
    assert mounts == set(volumes)


def test_a_large_one_has_what_it_was_told(large: Objects, tmp_path: Path) -> None:
    objects = large
    known = environment(objects)
    assert known["SERVE_DATABASE"] == ("our-database", "url")
    assert known["SERVE_ENCRYPTION_KEY"] == ("our-encryption", "key")
    assert environment(objects, "Job")["SERVE_DATABASE"] == ("our-database", "url")
    settings = objects["ConfigMap"]
    sources = container(objects)["envFrom"]
    assert {"secretRef": {"name": "our-store"}} in sources
    assert {"configMapRef": {"name": settings["metadata"]["name"]}} in sources
    assert settings["data"]["SERVE_MODEL"] == LARGE.model
    names = settings["data"]["NAMES"].split(",")
    assert {"signatures", "signatures.bank.svc", "signatures.bank.example"} <= set(names)
    image = f"registry.example/serve@sha256:{'a' * 64}"
    assert container(objects)["image"] == container(objects, "Job")["image"] == image
    scaler = objects["HorizontalPodAutoscaler"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 5)
    assert "replicas" not in objects["Deployment"]["spec"]
    ingress = objects["Ingress"]["spec"]
    assert ingress["rules"][0]["host"] == ingress["tls"][0]["hosts"][0] == LARGE.host
    other = built(LARGE._replace(image="registry.example/serve:2.0"), tmp_path)
    assert other["Job"]["metadata"]["name"] != objects["Job"]["metadata"]["name"]


@pytest.mark.parametrize("name", ["small", "large"])
def test_pods_may_do_nothing_but_answer_and_end_in_order(
    name: str, request: pytest.FixtureRequest
) -> None:
    objects: Objects = request.getfixturevalue(name)
    for kind in ("Deployment", "Job"):
        if kind not in objects:
            continue
        pod = objects[kind]["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        limits = container(objects, kind)
        assert limits["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert limits["resources"]["limits"]["memory"]
    serve = container(objects)
    assert serve["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert serve["readinessProbe"]["httpGet"]["path"] == "/readyz"
    drain = float(objects["ConfigMap"]["data"]["SERVE_DRAIN"])
    grace = objects["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    waiting = int(serve["lifecycle"]["preStop"]["exec"]["command"][1])
    assert grace > waiting + drain + 30


def test_no_manifest_holds_a_secret_and_every_file_is_used(tmp_path: Path) -> None:
    used: set[Path] = set()
    for path, content in documents():
        assert content["kind"] != "Secret"
        if path.name != "kustomization.yaml":
            continue
        listed = [*content.get("resources", []), *[p["path"] for p in content.get("patches", [])]]
        used |= {path, *((path.parent / name).resolve() for name in listed)}
    assert {path for path in used if path.is_file()} == set(DEPLOY.rglob("*.yaml")) - set(
        (DEPLOY / "grafana").rglob("*")
    )
    assert base64.b64encode(b"x" * 32).decode() not in str(list(documents()))


def test_the_overlay_for_a_test_cluster_asks_for_nothing_that_kubernetes_1_20_lacks() -> None:
    objects = rendered(DEPLOY / "overlays" / "test")
    versions = {each["apiVersion"] for each in objects.values()}
    assert versions <= {"v1", "apps/v1", "batch/v1", "networking.k8s.io/v1"}
    for content in objects.values():
        assert content["metadata"]["namespace"] == "signatures-test"
        assert_known(content)
    assert objects["Deployment"]["spec"]["replicas"] == 2
    assert environment(objects)["SERVE_DATABASE"] == ("signatures-database", "url")
    assert container(objects)["image"] == container(objects, "Job")["image"]
    mounts = {each["mountPath"] for each in container(objects)["volumeMounts"]}
    model = objects["ConfigMap"]["data"]["SERVE_MODEL"]
    assert str(Path(model).parent) in mounts


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--replicas", "2"], "PostgreSQL"),
        (["--autoscale", "3"], "PostgreSQL"),
        (["--replicas", "0"], "at least 1"),
        (["--replicas", "3", "--autoscale", "2", "--database-secret", "a"], "no fewer"),
        (["--image", "serve"], "a tag or a digest"),
        (["--image", "registry.example:5000/serve"], "a tag or a digest"),
        (["--model", "models/frozen"], "s3://"),
        (["--model", "pvc:"], "s3://"),
        (["--host", "https://a.example"], "--host"),
        (["--out", "taken"], "holds no manifests"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    given = ["--out", "k8s", "--image", IMAGE, "--model", "pvc:models", *options]
    with pytest.raises(SystemExit) as left:
        main(["manifests", *given])
    error = capsys.readouterr().err
    assert left.value.code == 2
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "k8s").exists()


def test_written_again_it_replaces_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for tag in ("1.0", "2.0"):
        main(["manifests", "--out", "k8s", "--image", f"a:{tag}", "--model", "pvc:models"])
    text = (tmp_path / "k8s" / "kustomization.yaml").read_text()
    assert yaml.safe_load(text)["images"][0]["newTag"] == "2.0"
