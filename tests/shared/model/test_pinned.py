"""Names of bundles with a digest."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from components.evaluate.__main__ import main as evaluate
from components.shared.model import pinned
from components.shared.model.registered_bundle import local_bundle
from components.shared.relog import main as relog
from components.shared.runtime.errors import InputError
from pipelines.__main__ import main as pipelines
from serving.__main__ import main as serve
from serving.commands import bundles

COMMANDS: dict[str, Callable[[str], None]] = {
    "evaluate": lambda model: evaluate(["--model", model, "--data", "."]),
    "calibrate": lambda model: evaluate(["calibrate", "--model", model, "--data", "."]),
    "promote": lambda model: pipelines(["promote", model]),
    "relog": lambda model: relog([model]),
    "run": lambda model: serve(["run", "--model", model, "--port", "0"]),
    "verify": lambda model: serve(["verify", "--claims", "c", "--out", "o", "--model", model]),
}


def test_a_name_is_split_from_its_digest() -> None:
    assert pinned.split(f"models:/signatures@champion@sha256:{'a' * 64}") == (
        "models:/signatures@champion",
        "a" * 64,
    )
    assert pinned.split("models:/signatures@champion") == ("models:/signatures@champion", None)
    for wrong in ("@sha256:", f"@sha256:{'A' * 64}", f"@sha256:{'a' * 63}"):
        with pytest.raises(InputError, match="is followed by the 64 digits"):
            pinned.split(f"models/frozen{wrong}")


def test_a_bundle_of_another_digest_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"{}")
    named = f"{tmp_path}@sha256:{hashlib.sha256(b'{}').hexdigest()}"
    with local_bundle(named) as folder, bundles.folder_of(named, tmp_path) as same:
        assert folder == same == tmp_path
    (tmp_path / "manifest.json").write_bytes(b"{ }")
    refused = r"manifest\.json: has the sha256 [0-9a-f]{64}, not that which was asked for"
    with pytest.raises(InputError, match=refused), local_bundle(named):
        pass
    with pytest.raises(InputError, match=refused), bundles.folder_of(named, tmp_path):
        pass


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_that_takes_a_bundle_refuses_another_than_the_pinned_one(
    command: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_bytes(b"{}")
    with pytest.raises(SystemExit) as end:
        command(f"{tmp_path}@sha256:{'0' * 64}")
    assert end.value.code == 2
    assert "not that which was asked for" in capsys.readouterr().err
