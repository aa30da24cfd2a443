"""The probe of collections: can statistics of an image, or its embedding, tell from which of
several collections it comes?

Where they can, random forgeries from another collection are easy, and error rates over all
collections together are lower than any within one. The probe is a logistic regression, tested on
identities that it was not fitted to.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from components.shared.verification import metric_names
from components.shared.verification.estimate import Estimate, Floats
from components.shared.verification.shortcut_probe import (
    FOLDS,
    SOURCE_FILES,
    ProbeReport,
    source_statistics,
)

MAX_IDENTITIES = 100
"""Identities of a collection that are looked at, evenly spaced among all."""
MAX_IMAGES = 12
"""Images of an identity that are looked at."""
MEANING = {
    "source": "scanners and file formats give the collection away before anything is normalised",
    "prepared": "a network can learn the scanner in place of the hand",
    "embeddings": "the model knows the scanner, and forgeries from another collection are easy for "
    "it: its rates within each collection are those to believe",
}


class CollectionProbe(NamedTuple):
    """The extent to which values tell collections apart.

    Attributes:
        accuracy: share of each collection's images that are given to it, the mean over collections,
            and its interval.
        collections: their number; by chance the accuracy is its inverse.
        n_identities: those that were looked at.
        n_images: theirs.
    """

    accuracy: Estimate
    collections: int
    n_identities: int
    n_images: int


def probe(values: ArrayLike, identity: ArrayLike, collection: ArrayLike) -> CollectionProbe | None:
    """Probes values for what tells collections apart.

    Args:
        values: float [N, S], all finite: statistics or embeddings.
        identity: [N], of each image; each is of one collection.
        collection: [N].

    Returns:
        None where fewer than two collections have two identities.
    """
    people = pd.DataFrame({"identity": np.asarray(identity), "collection": np.asarray(collection)})
    chosen = _select(people)
    people = people.iloc[chosen]
    names, code = np.unique(people["collection"].to_numpy(str), return_inverse=True)
    if len(names) < 2:
        return None
    owner = pd.factorize(people["identity"])[0]
    of_owner = np.zeros(owner.max() + 1, np.intp)
    of_owner[owner] = code
    place = pd.Series(of_owner).groupby(of_owner).cumcount().to_numpy()
    given = _held_out(np.asarray(values, np.float64)[chosen], code, place[owner])
    accuracy = _balanced(given == code, code, owner)
    return CollectionProbe(accuracy, len(names), len(of_owner), len(chosen))


def report(result: CollectionProbe | None, subject: str, values: str) -> ProbeReport:
    """Reports a probe in figures and in words; nothing where nothing could be probed.

    Args:
        result: of `probe`.
        subject: `source`, `prepared` or `embeddings`.
        values: the values, in words.
    """
    if result is None:
        return ProbeReport({}, [])
    accuracy, chance = result.accuracy, 1 / result.collections
    interval = accuracy.rate_interval()
    within = "–" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"
    if accuracy.value > (1 + chance) / 2:
        verdict = "tell"
    else:
        verdict = "hardly tell" if interval is None or interval[0] > chance else "do not tell"
    line = (
        f"{values} {verdict} the {result.collections} collections apart: balanced accuracy "
        f"{accuracy.value:.3f} ({within}), by chance {chance:.3f}; "
        f"{result.n_identities} identities, {result.n_images:,} images"
    )
    lines = [f"{line}: {MEANING[subject]}" if verdict == "tell" else line]
    figures = {"balanced_accuracy": accuracy.value} | accuracy.ends("balanced_accuracy")
    figures |= {
        "chance": chance,
        "n_identities": float(result.n_identities),
        "n_images": float(result.n_images),
    }
    group = metric_names.collection_probe(subject)
    return ProbeReport({f"{group}/{name}": value for name, value in figures.items()}, lines)


def of_sources(sources: pd.DataFrame, index: pd.DataFrame) -> ProbeReport:
    """Probes the source files, as they were before normalising.

    Args:
        sources: rows of sources.parquet.
        index: the same rows of index.parquet: identity, and collection where there are several.
    """
    if "collection" not in index:
        return ProbeReport({}, [])
    result = probe(source_statistics(sources), index["identity"], index["collection"])
    return report(result, "source", SOURCE_FILES)


def _select(people: pd.DataFrame) -> NDArray[np.intp]:
    """Returns the rows of the images that are looked at, of collections with two identities."""
    rows = people.assign(row=np.arange(len(people)))
    rows = rows[rows.groupby("identity").cumcount() < MAX_IMAGES]
    chosen: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
    for _, own in rows.groupby("collection"):
        names = np.unique(own["identity"].to_numpy(str))
        if len(names) > 1:
            names = names[:: -(-len(names) // MAX_IDENTITIES)]
            chosen.append(own["row"][own["identity"].astype(str).isin(names)].to_numpy())
    return np.concatenate(chosen)


def _held_out(
    values: Floats, collection: NDArray[np.integer], place: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Gives each image to a collection by the regression fitted to other identities.

    Args:
        values: [N, S].
        collection: int [N], the true one.
        place: int [N], of the identity among those of its collection.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    smallest = min(place[collection == code].max() + 1 for code in np.unique(collection))
    fold = place % min(FOLDS, smallest)  # each has identities of every collection
    regression = LogisticRegression(max_iter=1000, class_weight="balanced")
    model = make_pipeline(StandardScaler(), regression)
    return np.asarray(cross_val_predict(model, values, collection, cv=PredefinedSplit(fold)))


def _balanced(
    right: NDArray[np.bool_], collection: NDArray[np.integer], owner: NDArray[np.integer]
) -> Estimate:
    """Estimates the balanced accuracy: the fits stay as they are, and identities vary.

    Args:
        right: bool [N], whether an image was given to its collection.
        collection: int [N].
        owner: int [N], from 0, the identity of each image.

    Two of two images of one collection and one of two of the other are right:

    >>> right, collection = np.array([1, 1, 1, 0], bool), np.array([0, 0, 1, 1])
    >>> _balanced(right, collection, np.arange(4)).value
    0.75
    """
    sizes = np.bincount(collection)
    shares = np.bincount(collection, right) / sizes
    excess = (right - shares[collection]) / sizes[collection] / len(sizes)
    influence = np.bincount(owner, excess) * (owner.max() + 1)
    return Estimate(float(shares.mean()), influence, 1 / (len(sizes) * int(sizes.max())))
