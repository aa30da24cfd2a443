"""Images in the S3 server of the tests, and the requests for them."""

from tests import proxy
from tests import s3_server as server
from tests.ingest.conftest import PNG

NAMES = ("ann/0.png", "ann/1.png", "bob b/0.png", "bob b/1.png", "Ünal/0.png", "Ünal/1.png")


def put_images(s3: server.Store, *names: str) -> str:
    """Uploads images, each of its own bytes; returns the address of their prefix."""
    prefix = s3.fresh()
    for name in names:
        s3.put(f"{prefix}/{name}", PNG + name.encode())
    return prefix


def count_gets(between: proxy.Proxy) -> int:
    """Counts the requests for the bytes of an object."""
    return sum(method == "GET" and "list-type" not in path for method, path in between.requests)
