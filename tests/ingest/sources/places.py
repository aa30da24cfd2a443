"""A real place of each kind of source, all with the same images (except the sample)."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import s3_server
from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.web_server import serving

NAMES = ("ann/1.png", "ann/2.png", "bob/genuine/1.png", "bob/forgery/1.png", "notes.txt")
SECRET = "planted"


def contents(names: tuple[str, ...] = NAMES) -> dict[str, bytes]:
    """Returns the bytes of each file."""
    return {name: f"the bytes of {name}".encode() for name in names}


@dataclass
class Place:
    """A place with images, as `ingest.source` names it.

    Attributes:
        source: the value of `ingest.source`.
        change: adds an image.
        options: other parameters of ingest; `change` may set one.
    """

    source: str
    change: Callable[[], object]
    options: dict[str, object] = field(default_factory=dict)


@contextmanager
def sample(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    options: dict[str, object] = {"sample": {"identities": 2, "genuine": 2, "forgeries": 1}}
    more = {"sample": {"identities": 2, "genuine": 3, "forgeries": 1}}
    yield Place("sample", lambda: options.update(more), options)


@contextmanager
def local_folder(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    place = folder / "source"
    write(place, contents())
    yield Place(str(place), lambda: write(place, contents(("bob/2.png",))))


@contextmanager
def local_archive(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    archive = folder / "data.zip"
    archive.write_bytes(zip_of(contents()))
    larger = zip_of(contents((*NAMES, "bob/2.png")))
    yield Place(str(archive), lambda: put(archive, larger))


@contextmanager
def web(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    with serving(zip_of(contents())) as served:

        def change() -> None:
            served.content, served.etag = zip_of(contents((*NAMES, "bob/2.png"))), '"two"'

        signed = served.address.replace("//", f"//anna:{SECRET}@")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_URLS", f"https://other.example/a.zip {signed}?token={SECRET}")
            yield Place(served.address, change)


@contextmanager
def s3_prefix(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    place = store.fresh()
    for name, content in contents().items():
        store.put(f"{place}/{name}", content)
    yield Place(place, lambda: store.put(f"{place}/bob/2.png", b"the bytes of bob/2.png"))


@contextmanager
def s3_archive(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    place = f"{store.fresh()}/data.zip"
    store.put(place, zip_of(contents()))
    larger = zip_of(contents((*NAMES, "bob/2.png")))
    yield Place(place, lambda: store.put(place, larger))


@contextmanager
def dvc_folder(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    repository = Repository(folder / "repository")
    repository.commit({f"data/{name}": content for name, content in contents().items()})
    yield Place(
        f"dvc:{repository.folder}@HEAD:data",
        lambda: repository.commit({"data/bob/2.png": b"the bytes of bob/2.png"}),
    )


@contextmanager
def dvc_archive(folder: Path, store: s3_server.Store) -> Iterator[Place]:
    repository = Repository(folder / "repository")
    repository.commit({"data.zip": zip_of(contents())})
    larger = zip_of(contents((*NAMES, "bob/2.png")))
    yield Place(
        f"dvc:{repository.folder}@HEAD:data.zip", lambda: repository.commit({"data.zip": larger})
    )


class Repository:
    """A git repository that DVC knows, with the data in git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write(folder / ".dvc", {"config": b""})
        self._git("init", "--quiet")

    def commit(self, files: dict[str, bytes]) -> str:
        """Commits files; returns the commit."""
        write(self.folder, files)
        self._git("add", "--all")
        self._git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "data")
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str) -> str:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Writes files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def put(file: Path, content: bytes) -> None:
    """Writes a file anew."""
    file.write_bytes(content)


def zip_of(files: dict[str, bytes]) -> bytes:
    """Returns a .zip of files."""
    return zip_bytes([Item(name, content) for name, content in files.items()])


KINDS: dict[str, Callable[[Path, s3_server.Store], AbstractContextManager[Place]]] = {
    "sample": sample,
    "folder": local_folder,
    "archive": local_archive,
    "web": web,
    "s3 prefix": s3_prefix,
    "s3 archive": s3_archive,
    "dvc folder": dvc_folder,
    "dvc archive": dvc_archive,
}
