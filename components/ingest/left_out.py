"""Lines about the files of a source that were left out, for the log."""

import logging

from components.ingest import contents
from components.ingest.layouts.labels import Scan
from components.ingest.listing import Listing

log = logging.getLogger(__name__)


def log_files(listed: Listing) -> None:
    """Counts litter and files that are no images; warns of pictures that cannot be read."""
    paths = [file.path for file in listed.files]
    if litter := contents.litter_counts(listed.litter):
        log.info("hidden files and litter of file managers, left out: %s", litter)
    if others := contents.counts(paths):
        log.info("no images, left out: %s", others)
    for line in (*contents.absent_images(listed.litter), *contents.unread_pictures(paths)):
        log.warning("%s: left out", line)


def log_misplaced(scan: Scan, named: str) -> None:
    """Warns of images outside the layout `named`."""
    count = len(scan.misplaced)
    image, be, stand = ("image", "is", "stands") if count == 1 else ("images", "are", "stand")
    is_table = named.endswith(".csv")
    place = f"{be} not in {named}" if is_table else f"{stand} where the layout has none"
    if count:
        log.warning("%d %s %s, such as %s: left out", count, image, place, scan.misplaced[0])
