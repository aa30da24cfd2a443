"""The service and its database when their processes are killed."""

import signal
from datetime import datetime

from tests.cluster.caller import Caller
from tests.cluster.killing import back, kill
from tests.cluster.pods import named
from tests.cluster.world import World


def test_one_pod_answers_while_the_other_is_killed_and_comes_back(world: World) -> None:
    world.bring("second")
    caller = Caller(world, attempts=20)
    victim = world.pods()[0]
    kill(world, victim)
    status = back(world, victim)["status"]
    told = caller.stop()
    assert told.failed == []
    end = status["containerStatuses"][0]["lastState"]["terminated"]
    assert end["exitCode"] == 128 + signal.SIGKILL
    (ready,) = [one for one in status["conditions"] if one["type"] == "Ready"]
    begin, until = seconds(end["finishedAt"]) + 1, seconds(ready["lastTransitionTime"])
    assert [moment for moment in told.moments if begin <= moment < until]


def test_everybody_enrolled_is_there_after_service_and_database_were_killed(world: World) -> None:
    world.bring("second")
    caller = Caller(world, enrols=True)
    victims = [*world.admin.pods(database(world)), *world.pods()]
    for victim in victims:
        kill(world, victim)
    for victim in victims:
        back(world, victim)
    told = caller.stop()
    assert told.answers
    assert told.lost == []


def database(world: World) -> dict[str, object]:
    """Returns as much of PostgreSQL's Deployment as finds its pods."""
    spec = {"selector": {"matchLabels": {"app": "postgres"}}}
    return named("Deployment", "postgres", world.namespace, "apps/v1", spec=spec)


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
