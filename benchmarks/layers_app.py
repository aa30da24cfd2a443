"""Servers that answer nothing, each with one layer more than the last.

`benchmarks.serving_layers` starts them.
"""

import sqlite3
import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.app import NO_TELEMETRY

LAYERS = ("web server", "+ form", "+ framework", "+ thread", "+ durable commit")
PATH = "/v1/embeddings"


async def web_server(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a body and answers."""
    while scope["type"] == "http" and (await receive()).get("more_body"):
        pass
    await _answer(scope, receive, send)


async def form(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a form, if one is sent, and answers."""
    if scope["type"] == "http" and scope["method"] == "POST":
        await read(Request(scope, receive))
    await _answer(scope, receive, send)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await Response(b"{}", media_type="application/json")(scope, receive, send)


async def read(request: Request) -> int:
    """Reads the files of a form; returns the number of their bytes."""
    async with request.form() as content:
        files = [value for value in content.values() if not isinstance(value, str)]
        return sum([len(await each.read()) for each in files])


def framework(layer: str, folder: str) -> FastAPI:
    """Returns an application of FastAPI with a layer's endpoint; its database is in a folder."""
    app = FastAPI(telemetry=NO_TELEMETRY)
    database = sqlite3.connect(
        f"{folder}/{layer}.db", isolation_level=None, check_same_thread=False
    )
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE line (text)",
    ):
        database.execute(statement)

    @app.get("/readyz")
    async def ready() -> None:
        """Answers as soon as it listens."""

    async def inline(size: Annotated[int, Depends(read)]) -> Response:
        return Response(str(size))

    def in_thread(size: Annotated[int, Depends(read)]) -> Response:
        return Response(str(size))

    def committed(size: Annotated[int, Depends(read)]) -> Response:
        database.execute("INSERT INTO line VALUES (?)", (str(size),))
        return Response(str(size))

    endpoints = {"+ framework": inline, "+ thread": in_thread, "+ durable commit": committed}
    app.add_api_route(PATH, endpoints[layer], methods=["POST"])
    return app


if __name__ == "__main__":
    layer, folder, port = sys.argv[1:]
    apps: dict[str, ASGIApp] = {"web server": web_server, "+ form": form}
    uvicorn.run(
        apps.get(layer) or framework(layer, folder),
        host="127.0.0.1",
        port=int(port),
        http="h11",
        ws="none",
        log_level="error",
        access_log=False,
    )
