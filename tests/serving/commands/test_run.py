"""The service as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serving import settings
from serving.__main__ import main
from serving.commands import run
from tests.serving.api.clients import enrol, probe
from tests.serving.bundles import signature, write_served_bundle
from tests.serving.collector import answering

PROJECT = Path(__file__).resolve().parents[3]


@contextmanager
def process(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Yields the service on a bundle of the folder, and the lines up to its address."""
    command = [sys.executable, "-m", "serving", "run", "--model", "bundle", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SERVE_DRAIN": "0.3"}
    with subprocess.Popen(
        [*command, *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("a"),
        text=True,
    ) as started:
        assert started.stdout is not None
        lines: list[str] = []
        try:
            while not lines or not lines[-1].startswith("http"):
                line = started.stdout.readline()
                assert line, (folder / "log").read_text()
                lines.append(line.strip())
            yield started, lines
        finally:
            started.kill()


def test_a_new_database_gets_one_key_that_works_and_later_starts_show_none(
    tmp_path: Path,
) -> None:
    write_served_bundle(tmp_path / "bundle")
    with process(tmp_path) as (service, lines):
        assert len(lines) == 2
        key = lines[0].rpartition(" ")[2]
        client = httpx.Client(
            base_url=lines[1], headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        with client:
            person = enrol(client, 1)  # type: ignore[arg-type]
            answer = client.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
            assert answer.json()["decision"] == "accept"
            assert client.get("/readyz").status_code == 200
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) in (143, -signal.SIGTERM)
    assert (tmp_path / "serving-data" / "signatures.db").stat().st_mode & 0o077 == 0
    log = (tmp_path / "log").read_text()
    assert "/v1/verify" in log
    for personal in (key, "writer 1", person["id"]):
        assert personal not in log
    with process(tmp_path) as (_, lines):
        assert len(lines) == 1


def test_s24_readiness_ends_before_the_service_and_what_is_under_way_is_answered(
    tmp_path: Path,
) -> None:
    """S24: between SIGTERM and the end, requests that came are answered."""
    write_served_bundle(tmp_path / "bundle")
    with process(tmp_path) as (service, lines), httpx.Client(base_url=lines[1]) as client:
        assert client.get("/readyz").status_code == 200
        service.send_signal(signal.SIGTERM)
        statuses = set()
        headers = {"X-API-Key": lines[0].rpartition(" ")[2]}
        try:
            for _ in range(1000):
                statuses.add(client.get("/readyz").status_code)
                assert client.get("/v1/people", headers=headers).status_code == 200
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
            pass
        assert statuses - {200} == {503}
        assert service.wait(30) in (143, -signal.SIGTERM)


def test_the_last_traces_are_sent_before_the_service_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_served_bundle(tmp_path / "bundle")
    monkeypatch.setenv("NO_PROXY", "*")
    with answering() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        with process(tmp_path) as (service, lines):
            key = lines[0].rpartition(" ")[2]
            answer = httpx.get(f"{lines[1]}/v1/people", headers={"X-API-Key": key})
            assert answer.status_code == 200
            service.send_signal(signal.SIGTERM)
            assert service.wait(30) == 143
        assert "GET /v1/people" in {span.name for span in collector.spans}


def test_the_page_is_followed_line_by_line(tmp_path: Path) -> None:
    write_served_bundle(tmp_path / "bundle")
    for number, name in enumerate(("a.png", "b.png", "questioned.png")):
        (tmp_path / name).write_bytes(signature(1, number))
    page = (PROJECT / "docs" / "serving.md").read_text(encoding="utf-8")
    block = page.partition("## As a service")[2].partition("```sh\n")[2].partition("```")[0]
    with process(tmp_path) as (_, lines):
        key, place = lines[0].rpartition(" ")[2], lines[1].removeprefix("http://")
        script = block.replace("the-key-that-was-printed", key).replace("localhost:8000", place)
        done = subprocess.run(
            ["bash", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"decision":"accept"') == 1
    assert done.stdout.count('"reason":"accepted"') == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "absent"], "absent"),
        (["--model", "s3://bucket/models"], "ends with no version"),
        (["--database", "mysql://a/b"], "sqlite"),
        (["--port", "70000"], "port"),
    ],
)
def test_bad_input_is_one_line(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_served_bundle(tmp_path / "bundle")
    with pytest.raises(SystemExit) as left:
        main(["run", "--model", "bundle", *options])
    error = capsys.readouterr().err
    assert left.value.code == 2
    assert said in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_the_encryption_key_of_the_environment_encrypts_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY", "ab" * 32)
    database = f"sqlite:///{tmp_path}/a.db"
    store = run.open_store(settings.load(tmp_path / "none", database=database))
    assert store.vault.is_encrypted
    plain = run.first_key(store)
    assert plain is not None
    assert store.keys.check(plain) is not None
    assert run.first_key(store) is None
    store.close()
