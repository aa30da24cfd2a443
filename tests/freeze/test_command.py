"""`python -m components.freeze`."""

from pathlib import Path

import pytest

from components.freeze.__main__ import main


def test_bad_parameters_are_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("freeze: {tolerence: 0.1, parity_images: 0}\n")
    with pytest.raises(SystemExit) as stop:
        main(["--params", str(params), "--out", str(tmp_path / "out")])
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "unknown parameter freeze.tolerence (did you mean 'tolerance'?)" in line
    assert "freeze.parity_images is 0" in line
    assert not (tmp_path / "out").exists()


def test_a_missing_embedder_is_one_line_and_exit_code_2(
    tmp_path: Path, inputs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("freeze: {}\n")
    arguments = [
        "--params",
        str(params),
        "--raw",
        str(inputs["raw"]),
        "--embedder",
        str(tmp_path / "none"),
    ]
    with pytest.raises(SystemExit) as stop:
        main(
            [*arguments, "--evaluation", str(inputs["evaluation"]), "--out", str(tmp_path / "out")]
        )
    assert stop.value.code == 2
    assert "run the step 'train' first" in capsys.readouterr().err.splitlines()[-1]
