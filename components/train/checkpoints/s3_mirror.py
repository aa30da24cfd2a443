"""Checkpoints in an S3 store, for a machine that may be taken away: a copy of each that stands on
its disk.

    s3://bucket/prefix/train/<key>/step-00000090/   variables.npz · best.npz · start.npz ·
    state.json · manifest.json

The manifest, the checkpoint's own, is written last and removed first: without it there is no
checkpoint.
"""

import logging
from collections.abc import Collection
from pathlib import Path

from components.shared.storage.files import atomic_folder
from components.shared.storage.s3 import Store, Stored
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import MissingError, StoreError
from components.train.checkpoints import checksums
from components.train.checkpoints.checksums import MANIFEST

logger = logging.getLogger(__name__)


class Mirror:
    """The copies of one key's checkpoints.

    Args:
        address: address below which they stand.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._store = Store()

    def pull(self, folder: Path, newest: str) -> None:
        """Downloads the newest checkpoint if it is newer than the newest one here.

        A damaged one costs a warning.

        Args:
            folder: of the checkpoints here.
            newest: name of the newest one in it; empty where there is none.

        Raises:
            StoreError: the store refuses or cannot be reached: nobody can say whether there is one.
        """
        names = {
            item.name.removesuffix(f"/{MANIFEST}")
            for item in self._listing()
            if item.name.endswith(MANIFEST)
        }
        for name in sorted(names, reverse=True):
            if name <= newest or self._download(name, folder / name):
                return

    def push(self, checkpoint: Path, retained: Collection[str]) -> None:
        """Uploads a checkpoint and removes those that are not retained.

        A store that refuses or cannot be reached costs a warning: the training goes on with what is
        on this machine.
        """
        target = self.address / checkpoint.name
        try:
            names = sorted(path.name for path in checkpoint.iterdir())
            for name in sorted(names, key=lambda name: name == MANIFEST):
                self._store.upload(checkpoint / name, target / name)
            self._remove(retained)
        except StoreError as error:
            logger.warning(
                "warning: %s; %s is on this machine only, and the training goes on",
                error,
                checkpoint.name,
            )

    def clear(self) -> None:
        """Removes all copies: the run has ended well."""
        try:
            self._remove(retained=())
        except StoreError as error:
            logger.warning(
                "warning: %s; checkpoints that are not needed any more are left there", error
            )

    def _download(self, name: str, folder: Path) -> bool:
        source = self.address / name
        try:
            with atomic_folder(folder) as fresh:
                content = self._store.read(source / MANIFEST)
                (fresh / MANIFEST).write_bytes(content)
                for file in checksums.files(content):
                    self._store.download(source / Path(file).name, fresh / Path(file).name)
                checksums.check(fresh)
        except (ValueError, MissingError):
            logger.warning(
                "warning: %s is damaged; going back to the one before", self._store.describe(source)
            )
            return False
        return True

    def _remove(self, retained: Collection[str]) -> None:
        self._store.abort_uploads(self.address)
        names = [
            item.name for item in self._listing() if item.name.partition("/")[0] not in retained
        ]
        for name in sorted(names, key=lambda name: not name.endswith(MANIFEST)):
            self._store.delete(self.address / name)

    def _listing(self) -> list[Stored]:
        return list(self._store.below(self.address))
