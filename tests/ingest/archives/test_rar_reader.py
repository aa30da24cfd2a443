from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.ingest.archives.archive_files import Item
from tests.ingest.archives.kinds import refused
from tests.ingest.archives.rar_files import rar4, rar5


@pytest.mark.parametrize("build", [rar4, rar5])
def test_a_rar_that_lies_about_a_size_is_refused(
    build: Callable[[Sequence[Item]], bytes], tmp_path: Path
) -> None:
    refused(
        build([Item("ann/1.png", b"123", claimed=900), Item("ann/2.png", b"x" * 900)]),
        tmp_path,
        "is damaged",
    )
