"""`python -m pipelines deploy`, as far as no cluster is needed."""

from pathlib import Path

import pytest
import yaml

from pipelines.__main__ import main
from pipelines.deploy import inference_service
from tests.pipelines.deploy.conftest import service

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def test_a_dry_run_prints_what_would_be_applied_and_asks_no_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    path = tmp_path / "rendered.yaml"
    path.write_text(yaml.safe_dump(service()))
    main(["deploy", str(path), "--dry-run"])
    assert yaml.safe_load(capsys.readouterr().out) == service()
    main(["deploy", str(path), "--dry-run", "--model", "s3://models/0123456789ab"])
    (container,) = yaml.safe_load(capsys.readouterr().out)["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "SERVE_MODEL", "value": "s3://models/0123456789ab"}]


def test_a_pinned_model_is_deployed_by_its_address_and_no_other_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rendered.yaml"
    path.write_text(yaml.safe_dump(service()))
    pin = f"@sha256:{'0' * 64}"
    main(["deploy", str(path), "--dry-run", "--model", f"s3://models/0123456789ab{pin}"])
    assert "value: s3://models/0123456789ab\n" in capsys.readouterr().out
    (tmp_path / "manifest.json").write_bytes(b"{}")
    with pytest.raises(SystemExit) as refused:
        main(["deploy", str(path), "--model", f"{tmp_path}{pin}"])
    assert refused.value.code == 2
    assert "not that which was asked for" in capsys.readouterr().err


def test_a_dry_run_prints_the_inference_service_of_a_published_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = ["--form", "kserve", "--namespace", "bank", "--format", "tensorflow"]
    main(["deploy", *place, "--model", "s3://models/0123456789ab", "--dry-run"])
    document = yaml.safe_load(capsys.readouterr().out)
    assert document == inference_service.build("tensorflow", "s3://models/0123456789ab", "bank")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "PATH is needed"),
        (["--form", "kserve"], "needs --model s3://"),
        (["k8s", "--form", "kserve"], "takes no PATH"),
    ],
)
def test_a_form_without_what_it_needs_is_bad_input(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["deploy", *options])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err


def test_the_rights_of_the_deployer_cover_what_is_applied_and_taken_back() -> None:
    documents = yaml.safe_load_all((DEPLOY / "rbac" / "deployer.yaml").read_text())
    (role,) = [each for each in documents if each["kind"] == "Role"]
    rights = {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    for path in [*DEPLOY.glob("base/*.yaml"), *DEPLOY.glob("components/*/*.yaml")]:
        for applied in yaml.safe_load_all(path.read_text()):
            group = applied["apiVersion"].rpartition("/")[0]
            if group != "kustomize.config.k8s.io":
                assert {"get", "create", "patch"} <= rights[group, plural(applied["kind"])]
    for owned in (("apps", "deployments"), ("serving.kserve.io", "inferenceservices")):
        assert rights[owned] == {"get", "create", "patch", "delete"}
    assert not any(resource == "secrets" for _, resource in rights)


def plural(kind: str) -> str:
    """Returns the name that Kubernetes gives the objects of a kind."""
    name = kind.lower()
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"
