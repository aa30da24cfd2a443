"""A pod that asks the service all the time, and says at the end how it went."""

import json
import secrets
from typing import NamedTuple

import pytest

from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError
from tests.cluster.pods import eventually, finished, mounted, named, run_pod
from tests.cluster.world import World

SCRIPT = """
import io, itertools, json, pathlib, sys, time
sys.path.insert(0, "/app")
from PIL import Image
from serving.client import transport
from serving.client.client import Client
from serving.client.errors import ProblemError, UnreachableError

transport.ATTEMPTS = 1
client = Client("http://signatures", "{key}", timeout=30)
images = [path.read_bytes() for path in sorted(pathlib.Path("/images").glob("*.png"))]
answered, failed, enrolled = [], [], []
numbers = itertools.count()

def another(number):
    page, encoded = Image.open(io.BytesIO(images[0])), io.BytesIO()
    page.putpixel((number % page.width, number // page.width), 230)  # paper, of another shade
    page.save(encoded, "PNG")
    return encoded.getvalue()

def ask(attempts):
    try:
        if {enrols}:
            number = next(numbers)
            enrolled.append(client.enrol(f"Ada {{number}}", [another(number)])["id"])
        else:
            client.verify(images[0], references=images[1:])
    except UnreachableError:
        if attempts == 1:
            raise
        time.sleep(0.5)
        ask(attempts - 1)

while not pathlib.Path("/tmp/stop").exists():
    try:
        ask({attempts})
        answered.append(time.time())
    except (ProblemError, UnreachableError) as error:
        failed.append(repr(error))
        print(failed[-1], flush=True)
        time.sleep(0.1)
    if len(answered) == 5:
        pathlib.Path("/tmp/begun").touch()
transport.ATTEMPTS = 5
found = {{person["id"] for person in client.people()}}
lost = sorted(set(enrolled) - found)
moments = sorted(set(map(int, answered)))  # a log's long lines come in pieces
told = {{"answers": len(answered), "moments": moments, "failed": failed, "lost": lost}}
print(json.dumps(told))
"""
"""Asks over a new connection each time. Every refusal is a failure, though it may be passing."""


class Told(NamedTuple):
    """How the requests went.

    Attributes:
        answers: number of requests that were answered.
        moments: when, in whole seconds since 1970, each once.
        failed: the reasons of those that failed.
        lost: ids of people that the service said it has, and has no more.
    """

    answers: int
    moments: list[int]
    failed: list[str]
    lost: list[str]


class Caller:
    """A pod in the service's namespace that verifies, or enrols, without a pause."""

    def __init__(self, world: World, attempts: int = 1, enrols: bool = False) -> None:
        """Starts it, and waits until it has some answers.

        Args:
            world: of the service.
            attempts: of a request whose connection is refused or breaks.
            enrols: whether it enrols people; else it verifies.
        """
        self._admin = world.admin
        name = f"caller-{secrets.token_hex(3)}"
        script = SCRIPT.format(key=world.key(), attempts=attempts, enrols=enrols)
        volumes = [mounted("images", "configMap")]
        run_pod(world.admin, world.namespace, name, world.image, script, volumes)
        self._pod = named("Pod", name, world.namespace)
        for _ in eventually():
            if self._has_begun():
                return
        pytest.fail(f"no requests: {world.admin.log(self._pod, 'script', previous=False)}")

    def stop(self) -> Told:
        """Ends the requests."""
        self._admin.execute(self._pod, "script", ["touch", "/tmp/stop"])
        return Told(**json.loads(finished(self._admin, self._pod)[-1]))

    def _has_begun(self) -> bool:
        try:
            self._admin.execute(self._pod, "script", ["ls", "/tmp/begun"])
        except (DeploymentError, InputError):
            return False
        return True
