from pathlib import Path

import pytest

from components.ingest.sources.dvc_source import DvcSource
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import params_for
from tests.ingest.sources.places import Repository


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A repository, and two of its commits."""
    repository = Repository(tmp_path_factory.mktemp("dvc") / "repository")
    first = repository.commit(
        {
            "data/a/1.png": b"one",
            "data/b/1.png": b"two",
            "text/a": b"x",
            "text/damaged.zip": b"PK\3\4",
        }
    )
    second = repository.commit({"data/b/2.png": b"three"})
    return repository.folder, first, second


def source(address: str) -> DvcSource:
    return DvcSource(address, params_for(address))


def test_a_revision_pins_the_images_whatever_was_committed_since(
    commits: tuple[Path, str, str], tmp_path: Path
) -> None:
    folder, first, second = commits
    for commit, count in ((first, 2), (second, 3)):
        out = tmp_path / commit
        out.mkdir()
        images = source(f"dvc:{folder}@{commit}:data").bring(out)
        assert len(images.entries) == count
        assert images.version["commit"] == images.version["revision"] == commit
        assert sorted(path.name for path in out.iterdir()) == ["a", "b"]


def test_what_was_fetched_is_removed_where_it_holds_no_image(
    commits: tuple[Path, str, str], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="holds no image"):
        source(f"dvc:{commits[0]}@HEAD:text").bring(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_is_named_by_its_place_in_the_repository(
    commits: tuple[Path, str, str], tmp_path: Path
) -> None:
    address = f"dvc:{commits[0]}@HEAD:text/damaged.zip"
    with pytest.raises(InputError, match=r"^dvc:.*@HEAD:text/damaged\.zip: is damaged") as error:
        source(address).bring(tmp_path)
    assert str(tmp_path) not in str(error.value)
