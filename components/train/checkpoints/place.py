"""The place of checkpoints, tried before a training spends time on anything."""

import os
import tempfile

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.storage.files import persistent_folder


def check() -> None:
    """Tries to write where checkpoints go, or will be made; leaves nothing there.

    Raises:
        InputError: this user may not, as on a new volume of root's: KFP cannot set the group of a
            volume (fsGroup).
        OSError: the disk is full.
    """
    folder = persistent_folder()
    try:
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        if cli.disk_is_full(error):
            raise
        raise InputError(
            f"{folder}: user {os.geteuid()} cannot write checkpoints there ({error.strerror}); "
            f"give the folder to that user (chown; on a cluster once, in a pod of root that mounts "
            f"the claim, or set cluster.user to its owner), or name another place in CHECKPOINT_DIR"
        ) from None
