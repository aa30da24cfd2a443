"""`python -m serving verify`: a file of claims, decided with a bundle and no server."""

import argparse
import difflib
import itertools
import sys
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from components.shared.data.outcomes import Rejected
from components.shared.model import pinned
from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_file
from serving.commands import arguments, claims_file
from serving.commands.arguments import Commands
from serving.commands.claims_file import BETWEEN, ClaimedImages
from serving.commands.decisions_file import REFUSED, Decided, DecisionsWriter
from serving.engine import model as served
from serving.engine.embedder import F32, Embedder
from serving.engine.model import ServedModel
from serving.engine.verification import verify

AT_ONCE = 32
"""Number of claims whose images are embedded together."""
REMEMBERED = 10_000
"""Number of images whose embeddings are kept for later claims, as a person has many."""


def add_verify(commands: Commands) -> None:
    """Adds the command."""
    command = arguments.add(
        commands,
        "verify",
        "decide a file of claims, each a questioned image and a person's references",
        "verify --claims claims.csv --out decisions.csv --model models/frozen --policy review",
        "The file has the columns claim, questioned and references: a name that no other claim "
        f"has, the path of an image, and paths with {BETWEEN!r} between them, relative to the "
        "file. A claim is refused where its questioned image, or all its references, cannot be "
        "used; the reasons stand in the last column.",
    )
    command.add_argument(
        "--claims", type=Path, required=True, metavar="FILE", help="csv file of the claims"
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="csv file to write"
    )
    arguments.add_model(command)
    command.add_argument(
        "--policy",
        default="review",
        metavar="NAME",
        help="the policy that decides, one of the bundle's decision.json",
    )
    cli.add_quiet(command)
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    model = pinned.folder(options.model)
    outcomes = run(options.claims, options.out, model, options.policy)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    sys.stderr.write(f"{options.out}: {counts}\n")


def run(claims: Path, out: Path, model: Path, policy: str) -> Counter[str]:
    """Decides claims and writes the decisions, all or nothing.

    Args:
        claims: csv file with the columns claim, questioned, references.
        out: csv file to write.
        model: the folder of a bundle.
        policy: name of one of its policies.

    Returns:
        The number of claims by decision: `accept`, `review`, `reject`, `refused`.

    Raises:
        InputError: a row is damaged, the bundle is, or it has no such policy.
    """
    rows = claims_file.read(claims)
    if out.exists() and out.samefile(claims):
        raise InputError(f"{out}: is the file of the claims; name another")
    loaded = served.load(model)
    _check_policy(loaded, policy)
    outcomes: Counter[str] = Counter()
    bar = progress_bar("verify", "claim", len(rows))
    with bar, atomic_file(out) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        table = DecisionsWriter(stream, policy, loaded.version)
        for decided in decide(rows, loaded, policy):
            table.write(decided)
            outcomes[decided.answer.outcome if decided.answer else REFUSED] += 1
            bar.update()
    return outcomes


def decide(claims: Sequence[ClaimedImages], model: ServedModel, policy: str) -> Iterator[Decided]:
    """Yields the decision on each claim, in their order."""
    known: OrderedDict[Path, F32 | Rejected] = OrderedDict()
    with Embedder(model) as embedder:
        for start in range(0, len(claims), AT_ONCE):
            several = claims[start : start + AT_ONCE]
            paths = itertools.chain.from_iterable(
                (claim.questioned, *claim.references) for claim in several
            )
            found = _embed(list(dict.fromkeys(paths)), embedder, known)
            for claim in several:
                yield _decide(claim, found, model, policy)


def _embed(
    paths: Sequence[Path], embedder: Embedder, known: OrderedDict[Path, F32 | Rejected]
) -> dict[Path, F32 | Rejected]:
    """Returns the embeddings of images, of those that are remembered without reading them."""
    found = {}
    images: dict[Path, bytes] = {}
    for path in paths:
        if path in known:
            known.move_to_end(path)
            found[path] = known[path]
            continue
        content = _read(path)
        if isinstance(content, Rejected):
            found[path] = content
        else:
            images[path] = content
    found |= dict(zip(images, embedder.embed(list(images.values())), strict=True))
    known.update(found)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
    return found


def _read(path: Path) -> bytes | Rejected:
    try:
        return path.read_bytes() if path.is_file() else Rejected("no such file")
    except OSError as error:
        return Rejected(f"cannot be read ({error.strerror})")


def _decide(
    claim: ClaimedImages, found: dict[Path, F32 | Rejected], model: ServedModel, policy: str
) -> Decided:
    refused, used, vectors = [], [], []
    probe = found[claim.questioned]
    if isinstance(probe, Rejected):
        refused.append(f"{claim.questioned.name}: {probe}")
    for path in claim.references:
        reference = found[path]
        if isinstance(reference, Rejected):
            refused.append(f"{path.name}: {reference}")
        else:
            used.append(path)
            vectors.append(reference)
    if isinstance(probe, Rejected) or not vectors:
        return Decided(claim.claim, None, used, refused)
    return Decided(claim.claim, verify(model, vectors, probe, policy), used, refused)


def _check_policy(model: ServedModel, policy: str) -> None:
    if policy in model.policies:
        return
    near = difflib.get_close_matches(policy, model.policies, 1)
    advice = f"did you mean {near[0]}?" if near else f"it has {', '.join(model.policies)}"
    raise InputError(f"{model.folder}: has no policy {policy!r}; {advice}")
