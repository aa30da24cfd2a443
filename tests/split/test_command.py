import subprocess
import sys
from pathlib import Path

from components.shared.data.tables import write_table
from tests.conftest import PROJECT
from tests.split.indexes import index_of


def test_the_command_never_imports_tensorflow_and_ends_with_2_on_bad_input(tmp_path: Path) -> None:
    write_table(index_of(2), tmp_path / "index.parquet")
    script = (
        "import sys\nfrom components.split.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    assert 'tensorflow' not in sys.modules"
    )
    command = [
        sys.executable,
        "-c",
        script,
        "--prepared",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: the images show 2 identities")
