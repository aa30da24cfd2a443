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
from components.ingest.sample import hands, paper, strokes
from components.ingest.sample.hands import Hand
from components.ingest.sample.strokes import Points
from components.shared.data.catalog import Entry, Kind
from components.shared.runtime import cores
from components.shared.runtime.progress import track

KINDS: tuple[Kind, ...] = ("genuine", "forgery")

VERSION = 3  # raise it with every change of what a seed gives
MODES: tuple[Literal["L", "P", "RGBA"], ...] = ("L", "P", "RGBA")
FORGERS = 5  # hands that imitate one identity
LEAKING_GREY = {"genuine": (234, 246), "forgery": (249, 256)}


def generate(params: SampleParams, folder: Path) -> list[Entry]:
    """Writes `images/<identity>/genuine|forgery/<number>.png` below a folder.

    Every image has a generator of its own, seeded by (seed, identity, kind, number): more images or
    identities change none of those that were there.

    Returns:
        The catalog's entries.
    """
    keys = _keys(params)
    for identity, kind, _ in keys:
        (folder / _folder(identity, kind)).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(cores.available()) as pool:
        entries = pool.map(lambda key: _save(params, folder, *key), keys)
        return list(track(entries, "ingest", "image", len(keys)))


def image(params: SampleParams, identity: int, kind: Kind, number: int) -> bytes:
    """Draws one image.

    Args:
        params: seed, and whether the paper leaks the kind.
        identity: from 0.
        kind: of the image.
        number: among the identity's images of that kind, from 0.

    Returns:
        The bytes of a PNG file.
    """
    rng = _generator(params.seed, identity, KINDS.index(kind), number)
    hand, model = _identity(params.seed, identity)
    if kind == "forgery":
        hand, manner = _forger_hand(params, identity, hand, rng), hands.draw_copying(rng)
    else:
        manner = hands.draw_fluent(hand, rng)
    writing = strokes.write(model, hand, manner, rng)
    return paper.render(writing, _draw_sheet(params, kind, rng), rng)


def name(identity: int) -> str:
    """Returns the identity's name: its number from 1, with leading zeros."""
    return f"{identity + 1:03d}"


def _keys(params: SampleParams) -> list[tuple[int, Kind, int]]:
    """Lists identity, kind and number of every image."""
    keys: list[tuple[int, Kind, int]] = []
    for identity in range(params.identities):
        for kind, count in zip(KINDS, (params.genuine, params.forgeries), strict=True):
            keys += [(identity, kind, number) for number in range(count)]
    return keys


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
    """Draws an identity's hand and the signature that it writes."""
    rng = _generator(seed, identity, len(KINDS))
    return hands.draw_hand(rng), strokes.draw_model(rng)


def _forger_hand(
    params: SampleParams, identity: int, target: Hand, rng: np.random.Generator
) -> Hand:
    """Draws a forger among the identities that follow, who partly gives up the own habits."""
    own, _ = _identity(params.seed, identity + 1 + int(rng.integers(FORGERS)))
    return hands.mix_hands(own, target, share=0.15 + 0.35 * rng.random())


def _draw_sheet(params: SampleParams, kind: Kind, rng: np.random.Generator) -> paper.Paper:
    """Draws paper, ink and file format: alike for both kinds, unless the paper leaks the kind."""
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
