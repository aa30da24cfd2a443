"""The service: enrols people, verifies claims and identifies, with a bundle and no TensorFlow.

Requests are answered in threads, so that BLAS must start none of its own: they would wait for each
other in loops. That is read when NumPy is imported first.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
