"""The generated sample: signatures of identities that do not exist, and imitations of them by other
hands.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from components.ingest.params import SampleParams
from components.ingest.sample import paper, strokes
from components.ingest.sample.strokes import Hand, Manner, Points
from components.shared.data.catalog import KINDS, Entry, Kind
from components.shared.runtime.progress import track

VERSION = 2  # raise it with every change of what a seed gives
MODES: tuple[Literal["L", "P", "RGBA"], ...] = ("L", "P", "RGBA")
FORGERS = 5  # hands that imitate one identity
THREADS = 4
LEAKING_GREY = {"genuine": (234, 246), "forgery": (249, 256)}


def generate(params: SampleParams, folder: Path) -> list[Entry]:
    """Writes `images/<identity>/genuine|forgery/<number>.png` below a folder.

    Every image has a generator of its own, seeded by (seed, identity, kind, number): more images or
    identities change none of those that were there.

    Returns:
        the catalog's entries.
    """
    wanted = [
        (identity, kind, number)
        for identity in range(params.identities)
        for kind, count in zip(KINDS, (params.genuine, params.forgeries), strict=True)
        for number in range(count)
    ]
    for identity, kind, _ in wanted:
        (folder / _folder(identity, kind)).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(THREADS) as pool:
        entries = pool.map(lambda which: _save(params, folder, *which), wanted)
        return list(track(entries, "ingest", "image", len(wanted)))


def image(params: SampleParams, identity: int, kind: Kind, number: int) -> bytes:
    """One image as PNG bytes."""
    rng = _generator(params.seed, identity, KINDS.index(kind), number)
    hand, model = _identity(params.seed, identity)
    if kind == "forgery":
        hand, manner = _forged(params, identity, hand, rng), _watching(rng)
    else:
        manner = _fluent(hand, rng)
    written = strokes.write(model, hand, manner, rng)
    return paper.render(written, _sheet(params, kind, rng), rng)


def name(identity: int) -> str:
    """The identity's name: its number from 1, with leading zeros."""
    return f"{identity + 1:03d}"


def _save(params: SampleParams, folder: Path, identity: int, kind: Kind, number: int) -> Entry:
    content = image(params, identity, kind, number)
    path = f"{_folder(identity, kind)}/{number + 1:02d}.png"
    (folder / path).write_bytes(content)
    return Entry(path, name(identity), kind, hashlib.sha256(content).hexdigest())


def _folder(identity: int, kind: Kind) -> str:
    return f"images/{name(identity)}/{kind}"


def _generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


@lru_cache(maxsize=4096)
def _identity(seed: int, identity: int) -> tuple[Hand, list[Points]]:
    rng = _generator(seed, identity, len(KINDS))
    return strokes.draw_hand(rng), strokes.draw_model(rng)


def _forged(params: SampleParams, identity: int, target: Hand, rng: np.random.Generator) -> Hand:
    """The hand of one of the identities that follow, partly giving up its habits to imitate."""
    own, _ = _identity(params.seed, identity + 1 + int(rng.integers(FORGERS)))
    return strokes.mixed(own, target, share=0.15 + 0.35 * rng.random())


def _fluent(hand: Hand, rng: np.random.Generator) -> Manner:
    return Manner(
        deviation=hand.variation * (0.06 + 0.03 * rng.random()),
        warp=hand.variation * (0.028 + 0.028 * rng.random()),
        tremor=0.0012 * rng.random(),
        hesitations=int(rng.integers(0, 2)),
        lifts=0,
        taper=0.3 + 0.5 * rng.random(),
    )


def _watching(rng: np.random.Generator) -> Manner:
    return Manner(
        deviation=0.14 + 0.08 * rng.random(),
        warp=0.07 + 0.05 * rng.random(),
        tremor=0.018 + 0.012 * rng.random(),
        hesitations=int(rng.integers(1, 6)),
        lifts=int(rng.integers(0, 2)),
        taper=0.2 * rng.random(),
    )


def _sheet(params: SampleParams, kind: Kind, rng: np.random.Generator) -> paper.Paper:
    """Paper, ink and file format: drawn alike for genuine images and forgeries, unless the paper is
    to leak.
    """
    width = int(rng.integers(300, 701))
    grey = int(rng.integers(232, 254))
    if params.leak == "paper":
        grey = int(rng.integers(*LEAKING_GREY[kind]))
    return paper.Paper(
        width=width,
        height=int(rng.integers(150, 351)),
        grey=grey,
        ink=int(rng.integers(15, 110)),
        filled=0.75 + 0.2 * rng.random(),
        mode=MODES[int(rng.integers(len(MODES)))],
    )
