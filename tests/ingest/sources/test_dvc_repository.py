import subprocess
from pathlib import Path

import pytest

from components.ingest.sources.dvc_repository import open_path
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import params_for
from tests.ingest.sources.places import Repository, write

FILES = {"data/a/1.png": b"one", "data/a/2.png": b"two", "data/b/1.png": b"three"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository(tmp_path_factory.mktemp("dvc") / "repository")
    repository.commit(FILES)
    return repository


def test_a_folder_is_fetched_under_its_own_name(repository: Repository, tmp_path: Path) -> None:
    address = f"dvc:{repository.folder}@HEAD:data"
    with open_path(address) as versioned:
        path = versioned.fetch(tmp_path / "fetched", params_for(address))
    assert path == tmp_path / "fetched" / "data"
    for name, content in FILES.items():
        assert (path.parent / name).read_bytes() == content


def test_the_facts_are_commit_and_hash_without_the_path_of_this_machine(
    repository: Repository,
) -> None:
    with open_path(f"dvc:{repository.folder}@HEAD:data/a/") as versioned:
        facts = versioned.facts()
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, cwd=repository.folder, capture_output=True, text=True, check=True)
    assert facts.pop("commit") == commit.stdout.strip()
    assert len(str(facts.pop("hash"))) == 64
    assert facts == {"kind": "dvc", "revision": "HEAD", "path": "data/a"}


@pytest.mark.parametrize(
    ("caps", "message"),
    [
        ({"max_files": 2}, r"holds more than 2 files \(ingest\.max_files\)"),
        ({"max_bytes": 2}, r"is larger than 2 bytes \(ingest\.max_bytes\)"),
    ],
)
def test_caps_hold_before_anything_is_fetched(
    repository: Repository, tmp_path: Path, caps: dict[str, int], message: str
) -> None:
    address = f"dvc:{repository.folder}@HEAD:data/{'a/1.png' if 'max_bytes' in caps else ''}"
    with pytest.raises(InputError, match=message), open_path(address) as versioned:
        versioned.fetch(tmp_path / "fetched", params_for(address, **caps))
    assert not (tmp_path / "fetched").exists()


def test_each_thing_that_is_missing_is_named(repository: Repository, tmp_path: Path) -> None:
    write(tmp_path / "plain", {"a.png": b"a"})
    for address, message in {
        f"dvc:{repository.folder}@v9:data": "@v9:data: the repository has no such revision",
        f"dvc:{repository.folder}@HEAD:dat": "HEAD:dat: there is no such path at that revision",
        f"dvc:{tmp_path / 'plain'}@HEAD:a.png": "no git repository that can be reached",
    }.items():
        with pytest.raises(InputError, match=message) as error, open_path(address):
            pass
        assert "\n" not in str(error.value)
