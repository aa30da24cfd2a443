"""The rules of the normalisation: both of its forms, the graph and NumPy's, read them here."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
HEADER = 41
"""Bytes of a PNG to the type of its second chunk."""
MAX_PIXELS = 100_000_000
MAX_SIDE = 65_535
"""Keeps 255 · side below 2²⁴, which float32 holds exactly."""
PAPER = 255
MARGIN = 32
"""Share of the margin in the shorter side, 1 / MARGIN."""
RED, GREEN, BLUE = 19595, 38470, 7471
"""Parts of 2¹⁶ of the grey of a colour, ITU-R 601-2, as Pillow has them."""

MIN_CONTRAST = 16.0
"""Least difference of ink and paper in the mean, in grey levels; below it the image is blank."""
STRAY = 200
"""Share of the ink that may lie beyond each edge of the crop, 1 / STRAY, as specks do."""
CLEAR_EDGE = 2
"""Per cent of an image's edge: with no more of it dark, nothing is amiss there."""
DARK_EDGE = 50
"""Per cent of an image's edge: with more of it dark, the image is inverted or framed."""
FRAMED_EDGE = 90
"""Per cent of an image's edge: with more of it dark, it may be a frame all around."""
SHEET = 70
"""Per cent of its extent: what fills more of it is a sheet, not writing, and no box."""
BOX_LINE = 50
"""Per cent of the ink's extent: a row or column with more ink is the line of a box."""
FRAME_INSET, BOX_INSET = 32, 10
"""Part of each side that is cut off a sheet, or a box, with its frame or lines: 1 / INSET."""
MOST_INK = 50
"""Per cent of an image: one with more ink is rejected."""
MOST_EDGE = 40
"""Per cent of an image's edge: one with more ink there is rejected."""
CELLS, MOST_CELL = 8, 90
"""Per cent of a cell at the edge, of CELLS × CELLS: an image with more ink there is rejected."""
UNITS = {"shape": PAPER, "tone": 1}
"""Of the levels of the writing, by mode."""

UNKNOWN_FORMAT = "neither a PNG nor a JPEG image"
TOO_LARGE = "the image has too many pixels"
DAMAGED = "truncated or damaged image"
FLAT = "blank image: one flat colour"
BLANK = "blank image: no ink found"
EMPTY_BOX = "empty box: no ink found inside"
NO_WRITING = f"no writing: more than {MOST_INK} % of the image counts as ink"
SHADOW = "a shadow or dark margin counts as ink: crop the image to evenly lit paper"


def margin(height: int, width: int) -> int:
    """Returns the margin around writing on a canvas, in pixels."""
    return max(1, min(height, width) // MARGIN)
