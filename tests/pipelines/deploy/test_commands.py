"""`python -m pipelines deploy`, as far as no cluster is needed."""

from pathlib import Path

import pytest
import yaml

from pipelines.__main__ import main
from tests.pipelines.deploy.conftest import service


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
