"""`python -m serving client`: asks a service that runs elsewhere."""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.shared.runtime.errors import InputError
from serving.commands import arguments
from serving.commands.arguments import Commands

if TYPE_CHECKING:
    from serving.client.client import Client

ADDRESS, KEY, KEY_FILE = "SERVE_ADDRESS", "SERVE_KEY", "SERVE_KEY_FILE"
DEFAULT_ADDRESS = "http://127.0.0.1:8000"
FAILED, REJECTED, REVIEW = 1, 3, 4
OUTCOMES = {"accept": 0, "reject": REJECTED, "review": REVIEW}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def add_client(commands: Commands) -> None:
    """Adds the command."""
    command = arguments.add(
        commands,
        "client",
        "ask a service that runs: verify, identify, enrol or list people",
        "client verify --person Ada questioned.png\n"
        "  python -m serving client identify questioned.png\n"
        "  python -m serving client enrol --person Ada a.png b.png c.png\n"
        "  python -m serving client people",
        f"The key stands in {KEY}, or in a file that {KEY_FILE} or --key-file names. Exit codes "
        "beside the usual ones: 0 accepted or found; 3 rejected, or nobody; 4 left to a person; "
        "1 the service does not answer.",
    )
    tasks = command.add_subparsers(required=True, metavar="TASK")
    person = "by id, name or external id"
    verify = _add(tasks, "verify", "decide whether a signature is a person's", "--person Ada a.png")
    verify.add_argument("--person", required=True, metavar="PERSON", help=f"claimed, {person}")
    verify.add_argument("--policy", metavar="NAME", help="of the model")
    verify.add_argument("image", type=Path, metavar="IMAGE", help="the questioned one")
    verify.set_defaults(task=_verify)
    identify = _add(tasks, "identify", "search everybody for who signed", "a.png")
    identify.add_argument("--policy", metavar="NAME", help="of the model")
    identify.add_argument("image", type=Path, metavar="IMAGE", help="the questioned one")
    identify.set_defaults(task=_identify)
    enrol = _add(tasks, "enrol", "enrol a person", "--person Ada a.png b.png")
    enrol.add_argument("--person", required=True, metavar="NAME", help="of the new one")
    enrol.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="references")
    enrol.set_defaults(task=_enrol)
    people = _add(tasks, "people", "list people", "--person Ad")
    people.add_argument("--person", metavar="TEXT", help="a part of the name or external id")
    people.set_defaults(task=_people)


def _add(tasks: Commands, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    task = arguments.add(tasks, name, summary, f"client {name} {example}")
    task.add_argument("--address", metavar="URL", help=f"else {ADDRESS}, else {DEFAULT_ADDRESS}")
    task.add_argument("--key-file", type=Path, metavar="FILE", help=f"else {KEY_FILE} or {KEY}")
    task.add_argument("--json", action="store_true", help="print the answers as they came")
    task.set_defaults(action=_run)
    return task


def _run(options: argparse.Namespace) -> None:
    from serving.client.errors import ProblemError, UnreachableError

    client = _client(options)
    try:
        code = options.task(client, options)
    except ProblemError as problem:
        if problem.status < 500 and problem.status != 429:
            raise InputError(str(problem)) from None
        sys.stderr.write(f"error: {problem}\n")
        code = FAILED
    except UnreachableError as error:
        sys.stderr.write(f"error: {error}\n")
        code = FAILED
    sys.exit(code)


def _client(options: argparse.Namespace) -> "Client":
    from serving.client.client import Client

    address = options.address or os.environ.get(ADDRESS) or DEFAULT_ADDRESS
    try:
        return Client(address, _key(options.key_file))
    except ValueError as error:
        raise InputError(f"client: {error}") from None


def _key(path: Path | None) -> str:
    named = path or (Path(os.environ[KEY_FILE]) if os.environ.get(KEY_FILE) else None)
    if named is None:
        key = os.environ.get(KEY)
        if not key:
            raise InputError(f"client: the key is to stand in {KEY}, or in a file (--key-file)")
        return key
    try:
        return named.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{named}: the key cannot be read") from None


def _verify(client: "Client", options: argparse.Namespace) -> int:
    image = _read(options.image)
    answer = client.verify(image, _person(client, options.person), policy=options.policy)
    evidence = answer["evidence"]
    words: list[str] = [answer["decision"]]
    if evidence is not None:
        llr = evidence["llr"][evidence["kind"]]
        words.append(f"{evidence['grade']} (LLR {llr:.2f}, {evidence['references']} references)")
    words.append(f"policy {answer['policy']}, decision {answer['decision_id']}")
    _print(options, answer, "; ".join(words))
    return OUTCOMES[answer["decision"]]


def _identify(client: "Client", options: argparse.Namespace) -> int:
    answer = client.identify(_read(options.image), options.policy)
    person = answer["person"]
    found = f"{person['name']} ({person['id']})" if person is not None else "nobody"
    lines = [f"{found}; {answer['reason']}; decision {answer['decision_id']}"]
    for one in answer["candidates"]:
        lines.append(f"  {one['distance']:.3f}  {one['name']} ({one['id']})")
    _print(options, answer, "\n".join(lines))
    if person is not None:
        return 0
    return REVIEW if answer["reason"] == "review" else REJECTED


def _enrol(client: "Client", options: argparse.Namespace) -> int:
    images = [_read(path) for path in options.images]
    answer = client.enrol(options.person, images)
    lines = [f"{answer['name']} ({answer['id']}): {len(answer['references'])} references"]
    for one in answer["rejected"]:
        lines.append(f"  {options.images[one['index']]}: {one['reason']}")
    _print(options, answer, "\n".join(lines))
    return 0


def _people(client: "Client", options: argparse.Namespace) -> int:
    for person in client.people(options.person):
        count = len(person["references"])
        _print(options, person, f"{person['id']}  {person['state']:<5}  {count}  {person['name']}")
    return 0


def _person(client: "Client", text: str) -> str:
    """Returns the id of a person that is named by id, name or external id."""
    if UUID.fullmatch(text):
        return text
    named = [
        person["id"]
        for person in client.people(text)
        if text in (person["name"], person["external_id"])
    ]
    if len(named) != 1:
        told = "nobody has this name or external id" if not named else "several people have it"
        raise InputError(f"--person {text}: {told}; `client people` lists all")
    return named[0]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _print(options: argparse.Namespace, answer: Mapping[str, Any], text: str) -> None:
    sys.stdout.write(f"{json.dumps(answer) if options.json else text}\n")
