"""`python -m components.evaluate`."""

from pathlib import Path

import pytest

from components.evaluate.__main__ import main
from tests.evaluate.conftest import Inputs


def params(folder: Path, text: str = "draws: 2") -> str:
    (folder / "params.yaml").write_text(f"evaluate: {{{text}}}\n")
    return str(folder / "params.yaml")


@pytest.mark.slow
@pytest.mark.usefixtures("tracked")
def test_the_command_ends_with_a_table_and_a_sentence(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [f"--{name}={path}" for name, path in inputs._asdict().items()]
    main(["--params", params(tmp_path), *folders, "--out", str(tmp_path / "out")])
    summary = capsys.readouterr().out
    lines = summary.splitlines()
    title = lines.index("the decision on the test identities")
    assert lines[title + 1].split()[:2] == ["impostor", "refs"]
    assert "identification, 5 references" in summary
    assert "With one reference, skilled forgeries are told from genuine images" in summary
    assert (tmp_path / "out/report.html").is_file()


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("prepared", "images.npy"),
        ("split", "split.parquet: no such file"),
        ("embedder", "normalise.json: no such file; run train first"),
    ],
)
def test_a_missing_input_is_one_line_and_exit_code_2(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str, message: str
) -> None:
    folders = inputs._asdict() | {missing: tmp_path / "nowhere"}
    if missing == "prepared":
        folders["prepared"].mkdir()
        for name in ("normalise.json", "index.parquet"):
            (folders["prepared"] / name).write_bytes((inputs.prepared / name).read_bytes())
    options = [f"--{name}={path}" for name, path in folders.items()]
    with pytest.raises(SystemExit) as stopped:
        main(["--params", params(tmp_path), *options, "--out", str(tmp_path / "out")])
    assert stopped.value.code == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reference: 3", "did you mean 'references'"),
        ("references: 1", "references"),
        ("far: 1.0", "far"),
        (
            "part: tests",
            "evaluate.part is 'tests', but must be 'val', 'test' or 'both' (did you mean 'test'?)",
        ),
        ("protocols: []", "protocols"),
        ("protocols: [deployed, deployed]", "names deployed twice"),
        ("protocols: [literature, field]", "names literature twice"),
        ("protocols: [deploid]", "did you mean 'deployed'?"),
        ("target: 1.0", "must be equal_error or a FAR between 0 and 1"),
    ],
)
def test_wrong_parameters_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--params", params(tmp_path, text), "--out", str(tmp_path / "out")])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
