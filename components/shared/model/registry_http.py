"""Bundles in MLflow's registry by its HTTP interface, for where MLflow is not installed.

Source: MLflow's REST API 2.0, and the route `/get-artifact` by which its own pages read artifacts,
whatever store the server keeps them in.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

from components.shared.model import bundle
from components.shared.model.registered_bundle import ADDRESS, FOLDER, describe_tracking_store
from components.shared.runtime.errors import InputError
from components.shared.storage import slow_servers
from components.shared.storage.files import atomic_folder

API = "/api/2.0/mlflow"
SECONDS = 30
"""Of waiting for a store that does not answer."""
UNKNOWN = (400, 404)
SCHEMES = ("http://", "https://")


def is_usable() -> bool:
    """Tells whether MLFLOW_TRACKING_URI names a server that is asked over HTTP."""
    return os.environ.get("MLFLOW_TRACKING_URI", "").startswith(SCHEMES)


def fetch(address: str, out: Path) -> None:
    """Downloads a registered bundle into a folder, which is complete afterwards or does not exist.

    Args:
        address: `models:/<name>@<alias>` or `models:/<name>/<version>`.
        out: the folder to write.

    Raises:
        InputError: the address has another form, there is no such version, a file is not as its
            manifest says, or the server cannot be used.
    """
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise InputError(
            f"{address}: write models:/<name>@<alias> or models:/<name>/<version>, "
            "as in models:/signatures@champion"
        )
    server = _Server(os.environ["MLFLOW_TRACKING_URI"].rstrip("/"))
    run_id = server.find_run(**match.groupdict())
    if run_id is None:
        raise InputError(f"{address}: {describe_tracking_store()} has no such version")
    with atomic_folder(out) as folder:
        for path in server.list_files(run_id, FOLDER):
            server.download(run_id, path, folder / _inside(path))
        if not any(folder.iterdir()):
            raise InputError(f"{address}: its run has no {FOLDER}/; `promote` writes it")
        bundle.read(folder)


class _Server:
    """A server of MLflow."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        user, _, host = place.netloc.rpartition("@")
        self._address = place._replace(netloc=host).geturl()
        self._headers = _basic(unquote(user)) if user else _authorization(os.environ)
        self._opener = build_opener(_NoRedirect, _Http, _Https)

    def find_run(self, name: str, alias: str | None, version: str | None) -> str | None:
        """Returns the id of the run of a version; None where there is no such version."""
        if alias is None:
            query, path = {"name": name, "version": version}, "model-versions/get"
        else:
            query, path = {"name": name, "alias": alias}, "registered-models/alias"
        try:
            content = self._json(f"{API}/{path}", query)
        except HTTPError as error:
            if error.code in UNKNOWN:
                return None
            raise self._refused(error) from None
        return str(content["model_version"]["run_id"])

    def list_files(self, run_id: str, folder: str) -> Iterator[str]:
        """Yields the paths of all files among the artifacts of a run below a folder."""
        try:
            content = self._json(f"{API}/artifacts/list", {"run_id": run_id, "path": folder})
        except HTTPError as error:
            raise self._refused(error) from None
        for file in content.get("files", []):
            if file.get("is_dir"):
                yield from self.list_files(run_id, file["path"])
            else:
                yield file["path"]

    def download(self, run_id: str, path: str, out: Path) -> None:
        """Writes an artifact into a new file."""
        out.parent.mkdir(parents=True, exist_ok=True)
        query = {"run_id": run_id, "path": path}
        try:
            with closing(self._open("/get-artifact", query)) as answer, out.open("xb") as file:
                shutil.copyfileobj(answer, file)
        except (OSError, HTTPException) as error:
            raise self._refused(error) from None

    def _json(self, path: str, query: Mapping[str, str | None]) -> Any:
        try:
            with closing(self._open(path, query)) as answer:
                content = json.load(answer)
        except HTTPError:
            raise
        except (OSError, HTTPException, ValueError) as error:
            raise self._refused(error) from None
        return content

    def _open(self, path: str, query: Mapping[str, str | None]) -> HTTPResponse:
        request = Request(f"{self._address}{path}?{urlencode(query)}", headers=self._headers)  # noqa: S310 - is_usable
        answer: HTTPResponse = self._opener.open(request, timeout=SECONDS)
        return answer

    def _refused(self, error: Exception) -> InputError:
        if isinstance(error, HTTPError):
            fault = f"answers {error.code}"
        else:
            fault = str(getattr(error, "reason", error)) or type(error).__name__
        return InputError(
            f"{describe_tracking_store()} cannot be used: {fault}; "
            "set MLFLOW_TRACKING_URI to the right one"
        )


class _Http(HTTPHandler):
    """Gives up a server whose answer trickles."""

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(slow_servers.connection(HTTPConnection), req)


class _Https(HTTPSHandler):
    """Gives up a server whose answer trickles, likewise."""

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(slow_servers.connection(HTTPSConnection), req)


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirect, which would carry the password to another server."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _authorization(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the header of the variables by which MLflow signs in, if they are set."""
    user = environment.get("MLFLOW_TRACKING_USERNAME")
    token = environment.get("MLFLOW_TRACKING_TOKEN")
    if user:
        return _basic(f"{user}:{environment.get('MLFLOW_TRACKING_PASSWORD', '')}")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _basic(credentials: str) -> dict[str, str]:
    """Returns the header of a user and a password, `user:password`."""
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def _inside(path: str) -> PurePosixPath:
    """Returns the path of an artifact below `FOLDER`.

    Raises:
        InputError: it leads elsewhere.
    """
    place = PurePosixPath(path)
    if ".." in place.parts or not place.is_relative_to(FOLDER) or place == PurePosixPath(FOLDER):
        raise InputError(f"{describe_tracking_store()} names {path!r}, which leads elsewhere")
    return place.relative_to(FOLDER)
