"""The heap of this process: what is freed goes back to the system."""

import ctypes
from contextlib import suppress

MAPPED = 12 << 20  # bytes of a block; Pillow takes just below 16 MiB at a time
_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h


def give_back_large_blocks() -> None:
    """Lets glibc return a large block to the system when it is freed.

    It would learn to keep blocks of up to 32 MiB, each thread for itself: pixels of photographs
    that were decoded in turn, held as if it had been at once. Other systems' heaps stay as they
    are.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_MMAP_THRESHOLD, MAPPED)
