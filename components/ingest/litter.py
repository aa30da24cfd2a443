"""Litter: files and folders that file managers, systems and tools leave beside the pictures."""

from pathlib import PurePosixPath

# In lower case. Names that begin with a dot (.DS_Store, ._1.png, .git, .Trashes, …) need no line.
NAMES = frozenset(
    {
        "thumbs.db",  # Windows
        "thumbs.db:encryptable",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "desktop.ini",
        "$recycle.bin",
        "recycler",
        "system volume information",
        "__macosx",  # macOS
        "icon\r",
        "icon\uf00d",  # the same through a Windows share
        "resource.frk",
        "network trash folder",
        "temporary items",
        "lost+found",  # Linux
        "@eadir",  # storage on a network
        "#recycle",
        "#snapshot",
        "@recycle",
        "picasa.ini",  # viewers
        "zbthumbnail.info",
        "pspbrwse.jbf",
    }
)
ICLOUD = ".icloud"


def is_litter(name: str) -> bool:
    """Returns whether files or folders of this name are litter, as all hidden ones are."""
    return name.startswith(".") or name.lower() in NAMES


def uppermost(path: PurePosixPath) -> PurePosixPath | None:
    """Returns the first folder of a path that is litter, else the file itself if it is; or None."""
    for depth, name in enumerate(path.parts, 1):
        if is_litter(name):
            return PurePosixPath(*path.parts[:depth])
    return None


def absent_file(path: PurePosixPath) -> PurePosixPath | None:
    """Returns the file that is in iCloud alone where this is its placeholder; or None.

    `.1.png.icloud` stands for `1.png`.
    """
    if path.name.startswith(".") and path.name.endswith(ICLOUD) and len(path.name) > len(ICLOUD):
        return path.with_name(path.name[1:].removesuffix(ICLOUD))
    return None
