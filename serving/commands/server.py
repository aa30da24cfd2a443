"""The web server: it tells its address, and ends in an order that loses no request."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from components.shared.runtime.errors import InputError
from serving.api.service import Service

ENDING_SECONDS = 30
BACKLOG = 1024


class Server(uvicorn.Server):
    """At SIGTERM readiness ends first; some seconds later no connection is taken any more, and the
    process ends when the requests under way have their answers.
    """

    def __init__(self, app: ASGIApp, service: Service, announce: Callable[[str], None]) -> None:
        """Prepares the server; `announce` is called with the address once it listens."""
        settings = service.settings
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http="h11",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=ENDING_SECONDS,
            )
        )
        self._service, self._announce = service, announce

    async def startup(self, sockets: object = None) -> None:
        """Listens, and tells where.

        Raises:
            InputError: the address cannot be listened at.
        """
        try:
            await super().startup(None)
        except SystemExit:
            settings = self._service.settings
            raise InputError(
                f"{settings.host}:{settings.port}: cannot listen there; is it taken? "
                "give another by --port"
            ) from None
        for server in self.servers[:1]:
            host, port = server.sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            self._announce(f"http://{shown}:{port}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends readiness at once; at SIGTERM the rest follows after `drain` seconds."""
        self._service.is_ready = False
        drain = self._service.settings.drain
        if sig != signal.SIGTERM or not drain:
            super().handle_exit(sig, frame)
            return
        timer = threading.Timer(drain, super().handle_exit, (sig, frame))
        timer.daemon = True
        timer.start()
