"""The labels of a training batch, by which data, devices and loss tell its rows apart.

Labels are integers [B]: an identity's images share its code ≥ 0; a skilled forgery carries
`FORGERY`, which makes it a negative for every anchor, never an anchor or a positive.
"""

from typing import Any

Tensor = Any
"""A tensor of any backend, or a numpy array."""
FORGERY = -1
EMPTY = -2
"""The label of a place in the memory of earlier embeddings that nothing was written to yet."""
