"""A deployment to its end, and back."""

import signal
from dataclasses import replace

import pytest

from components.shared.runtime.cli import Terminated
from components.shared.runtime.errors import InputError
from pipelines.deploy.deployment import deploy
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest
from pipelines.deploy.proof import Proof
from tests.pipelines.deploy.conftest import NEVER, Memory, service

CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "bank"},
}


def image(cluster: Memory) -> str:
    (container,) = cluster.objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    return str(container["image"])


def test_all_manifests_are_applied_and_the_pod_is_proven(cluster: Memory, proof: Proof) -> None:
    figures = deploy(cluster, [CONFIG, service()], proof, 5)
    assert (figures["pods"], figures["images"]) == (1, 4)
    assert figures["max_abs_difference"] <= 1e-5
    assert cluster.applied == [CONFIG, service()]


@pytest.mark.parametrize("tag", ["2.0", NEVER])
def test_a_version_that_fails_gives_way_to_that_before(
    tag: str, cluster: Memory, proof: Proof
) -> None:
    deploy(cluster, [service("1.0")], proof, 5)
    strict = replace(proof, tolerance=-1.0)  # which no service meets
    with pytest.raises(DeploymentError, match=r"(differ|not ready).*; the version before is back"):
        deploy(cluster, [service(tag)], strict, 0)
    assert image(cluster).endswith(":1.0")


def test_a_first_version_that_fails_is_deleted(cluster: Memory, proof: Proof) -> None:
    with pytest.raises(DeploymentError, match="no version before"):
        deploy(cluster, [CONFIG, service()], replace(proof, tolerance=-1.0), 5)
    assert list(cluster.objects) == ["ConfigMap"]


def test_a_version_half_of_whose_manifests_are_refused_gives_way_to_that_before(
    cluster: Memory, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(cluster, [service("1.0")], proof, 5)
    apply = cluster.apply

    def refuse(manifest: Manifest) -> Manifest:
        if manifest["kind"] == "ConfigMap":
            raise InputError("ConfigMap settings: the cluster refuses")
        return apply(manifest)

    monkeypatch.setattr(cluster, "apply", refuse)
    with pytest.raises(InputError, match="the cluster refuses; the version before is back"):
        deploy(cluster, [service("2.0"), CONFIG], proof, 5)
    assert image(cluster).endswith(":1.0")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_deployment_is_taken_back(
    number: signal.Signals, cluster: Memory, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(cluster, [service("1.0")], proof, 5)
    monkeypatch.setattr(cluster, "connected", lambda *_: signal.raise_signal(number))
    with pytest.raises(KeyboardInterrupt) as stopped:
        deploy(cluster, [service("2.0")], proof, 5)
    assert isinstance(stopped.value, Terminated) == (number == signal.SIGTERM)
    assert image(cluster).endswith(":1.0")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_while_it_is_taken_back_ends_the_wait_at_most(
    number: signal.Signals, cluster: Memory, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(cluster, [service("1.0")], proof, 5)
    apply, find = cluster.apply, cluster.find
    fails = replace(proof, tolerance=-1.0)
    handlers = []

    def interrupted(manifest: Manifest) -> Manifest:
        if manifest["spec"] == service("1.0")["spec"]:
            signal.raise_signal(number)
        return apply(manifest)

    def observed(manifest: Manifest) -> Manifest | None:
        handlers.append(signal.getsignal(number))
        return find(manifest)

    def end(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(cluster, "apply", interrupted)
    monkeypatch.setattr(cluster, "find", observed)
    former = signal.signal(number, end)
    try:
        with pytest.raises(DeploymentError, match="the version before is back"):
            deploy(cluster, [service("2.0")], fails, 5)
    finally:
        signal.signal(number, former)
    assert image(cluster).endswith(":1.0")
    assert handlers[-1] is end
