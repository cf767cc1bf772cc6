"""The outermost application: headers of every response, log and counts, and the swap to a new release.

A request is answered by the release that was current when it came; a new one is opened beside it and takes
over between two requests, and the old one ends when its last answer is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import time
from typing import TYPE_CHECKING, Any, Final

from failuregraph.build import Release
from failuregraph.errors import FailureGraphError
from failuregraph.serve.app import Service
from failuregraph.serve.forks import GoneError
from failuregraph.serve.record import Log, Metrics, Seen
from failuregraph.serve.settings import Place, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    from failuregraph.project import Project

__all__ = ["Front"]

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What a script of another page may read beside what every page may, such as Content-Length (Fetch, 2.2.2).
_EXPOSED: Final = (
    "Link, ETag, Last-Modified, Retry-After, Content-Location, Content-Disposition, Accept-Ranges, Content-Range, "
    "X-Request-Id, X-Release, X-Timeout"
)
_ALWAYS: Final = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
]
#: How often the link to the current release is looked at, in seconds.
_LOOK: Final = 1.0
_DRAIN: Final = 0.1


class Front:
    """Serves the current release, and the next one once ``watched`` (a symbolic link) leads to it."""

    def __init__(  # noqa: PLR0913 - what a server is made of
        self,
        release: Release,
        project: Project,
        settings: Settings | None = None,
        place: Place | None = None,
        *,
        watched: Path | None = None,
        log: Log | None = None,
        metrics: bool = False,
    ) -> None:
        self.project, self.settings, self.place = project, settings or Settings(), place or Place()
        self.watched, self.log = watched, log
        self.metrics = Metrics() if metrics else None
        self._service = Service(release, project, self.settings, self.place)
        self._tasks: set[asyncio.Task[None]] = set()
        self._name, self._numbers = secrets.token_hex(4), itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._service
        started = time.perf_counter()
        seen = Seen(
            f"{self._name}-{next(self._numbers):x}",
            str(scope["method"]),
            str(scope["path"]),
            _address(scope),
            _agent(scope),
        )
        seen.release = service.release.identifier
        scope["failuregraph.seen"] = seen
        own = [(b"x-release", seen.release.encode()), (b"x-request-id", seen.request.encode())]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message["headers"], *_ALWAYS, *own]
            else:
                seen.size += len(message.get("body", b""))
            await send(message)

        try:
            if self.metrics is not None and seen.path == self.place.root + "/metrics":
                await self._counts(send_with_headers)
            else:
                await service(scope, receive, send_with_headers)
        finally:
            seen.seconds = time.perf_counter() - started
            if self.log is not None:
                self.log.write(seen)
            if self.metrics is not None:
                self.metrics.count(seen)

    async def _counts(self, send: Send) -> None:
        service = self._service
        gauges = {
            "workers_busy": service.pool.busy,
            "queries_waiting": service.pool.waiting,
            "cache_hits": service.endpoint.cache.hits,
            "cache_misses": service.endpoint.cache.misses,
        }
        body = self.metrics.text({name: float(value) for name, value in gauges.items()}) if self.metrics else ""
        headers = [(b"content-type", b"text/plain; version=0.0.4"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    # --- Life ---

    @contextlib.asynccontextmanager
    async def workers(self) -> AsyncIterator[None]:
        """Have workers within the block, as a server has them from its start to its end."""
        await self._service.pool.start()
        try:
            yield
        finally:
            await self._service.pool.stop()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._service.pool.start()
        except (GoneError, TimeoutError):
            await send({"type": "lifespan.startup.failed", "message": "The workers cannot be started."})
            return
        if self.watched is not None:
            self._later(self._watch(self.watched))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in list(self._tasks):
            task.cancel()
        await self._service.pool.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self, link: Path) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            with contextlib.suppress(OSError):
                folder = await asyncio.to_thread(link.resolve)
                if folder != self._service.release.path:
                    await self._swap(folder)

    async def _swap(self, folder: Path) -> None:
        """Open a release and serve it from the next request on; one that cannot be opened changes nothing."""
        try:
            release = await asyncio.to_thread(Release.open, folder)
            service = await asyncio.to_thread(Service, release, self.project, self.settings, self.place)
            await service.pool.start()
        except (FailureGraphError, GoneError, TimeoutError) as error:
            if self.log is not None:
                self.log.note(f"The release at {folder.name} cannot be served and the old one stays: {error}")
            return
        old, self._service = self._service, service
        self._later(_drained(old))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _drained(service: Service) -> None:
    """End a service when its last request is answered."""
    while service.running:  # noqa: ASYNC110 - a count, looked at ten times a second while a release ends
        await asyncio.sleep(_DRAIN)
    await service.pool.stop()


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _agent(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent"), "")
