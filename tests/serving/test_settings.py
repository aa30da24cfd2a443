"""Settings from a file and the environment."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving import settings


def write(folder: Path, text: str) -> Path:
    path = folder / "serving.yaml"
    path.write_text(text)
    return path


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    found = settings.load(tmp_path / "serving.yaml")
    assert (found.model, found.host, found.keep_images) == ("models/frozen", "127.0.0.1", 0)
    assert {"localhost", "127.0.0.1"} <= found.hosts


def test_the_command_line_counts_more_than_the_environment_and_that_more_than_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "port: 1\nqueue: 2\nmax_files: 3\n")
    monkeypatch.setenv("SERVE_PORT", "10")
    monkeypatch.setenv("SERVE_QUEUE", "20")
    monkeypatch.setenv("SERVE_ALLOWED_HOSTS", "a.example, b.example")
    monkeypatch.setenv("SERVE_RATES__KEY", "3/second")
    found = settings.load(path, port=100, host=None)
    assert (found.port, found.queue, found.max_files) == (100, 20, 3)
    assert {"a.example", "b.example"} <= found.hosts
    assert found.rates.key == "3/second"
    assert found.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data_base: x", "unknown setting 'data_base'; did you mean 'database'?"),
        ("rates: {kye: 1/second}", "unknown setting 'kye'; did you mean 'key'?"),
        ("port: 70000", "port"),
        ("format: int4", "format"),
        ("rates: {key: often}", "rates.key"),
        ("origins: ['*']", "origins"),
        ("trusted_proxies: [proxy.example]", "trusted_proxies"),
        ("[1]", "not `name: value` lines"),
        ("a: [", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        settings.load(write(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_variable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVE_DATABSE", "sqlite://")
    with pytest.raises(InputError, match="did you mean 'SERVE_DATABASE'"):
        settings.load(tmp_path / "serving.yaml")


@pytest.mark.parametrize("name", settings.SECRETS)
def test_a_secret_is_not_taken_from_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"SERVE_{name.upper()}") as error:
        settings.load(write(tmp_path, f"{name}: c2VjcmV0"))
    assert "c2VjcmV0" not in str(error.value)


def test_the_encryption_key_comes_from_the_environment_or_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = tmp_path / "serving.yaml"
    assert settings.load(absent).read_encryption_key() is None
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY_FILE", str(tmp_path / "key"))
    assert settings.load(absent).read_encryption_key() == "from a file"
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY", "secret")
    found = settings.load(absent, port=1)
    assert found.read_encryption_key() == "secret"
    assert "secret" not in repr(found)


def test_a_file_of_the_key_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(InputError, match="absent"):
        settings.load(tmp_path / "serving.yaml").read_encryption_key()


def test_variables_of_the_client_are_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVE_KEY", "a-key")
    monkeypatch.setenv("SERVE_ADDRESS", "http://127.0.0.1:8000")
    assert settings.load(tmp_path / "serving.yaml").port == 8000
