"""The service of one checkout beside that of another: what a change saves, or costs.

    git worktree add ../before main
    python -m benchmarks.serving_pair --model models/frozen --before ../before

Both answer the same requests in turns. Ratios of this checkout to the other: below 1 it takes less.
"""

import argparse
import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.pages import drawn
from benchmarks.servers import Load, Running, enrol, processor_seconds, send, service

REFERENCES = 3
Turn = dict[str, float]


def main() -> None:
    """Prints the ratios."""
    arguments = parser("serving_pair", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--before", type=Path, metavar="DIR", required=True, help="a checkout")
    arguments.add_argument("--callers", type=int, default=16, metavar="N", help="at once")
    arguments.add_argument("--images", type=int, default=320, metavar="N", help="of a turn")
    arguments.add_argument("--size", type=int, default=80, metavar="PIXELS", help="height of one")
    add_rounds(arguments, 5, "turns")
    options = arguments.parse_args()
    images = [drawn(seed, options.size) for seed in range(options.images)]
    ratios = _measure(options, images)
    print(f"{options.callers} callers, {options.rounds} turns, {os.cpu_count()} cores")
    for name in ratios[0]:
        values = [turn[name] for turn in ratios]
        middle, low, high = statistics.median(values), min(values), max(values)
        print(f"{name:<52}{middle:8.3f}  ({low:.3f}–{high:.3f})")


def _measure(options: argparse.Namespace, images: Sequence[bytes]) -> list[Turn]:
    turns = []
    for turn in range(options.rounds + 1):
        with ExitStack() as stack:
            before, after = [
                stack.enter_context(service(options.model, checkout))
                for checkout in (options.before, Path())
            ]
            starts = [processor_seconds(server.process) for server in (before, after)]
            loads = [_verify(server, images, options.callers) for server in (before, after)]
        if turn:  # the first one warms up
            turns.append(_ratios(starts, loads))
    return turns


def _verify(server: Running, images: Sequence[bytes], callers: int) -> Load:
    claim = {"person_id": enrol(server, images[:REFERENCES])}
    load = Load(0, 0, 0)
    for part in (images[: 4 * callers], images):  # the first few warm up
        load = send(server, part, callers, "/v1/verify", "image", claim)
    return load


def _ratios(starts: Sequence[float], loads: Sequence[Load]) -> Turn:
    (start_before, start_after), (before, after) = starts, loads
    return {
        "processor time until it is ready": start_after / start_before,
        "processor time of a verification": after.cpu / before.cpu,
        "seconds of all verifications": before.rate / after.rate,
        "seconds within which 99 % are answered": after.latency / before.latency,
    }


if __name__ == "__main__":
    main()
