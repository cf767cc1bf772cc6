"""The worker processes: lent to one query at a time, killed at the deadline and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from failuregraph.serve.settings import Settings

__all__ = ["Pool", "Result"]

_START: Final = 30.0


@dataclass(frozen=True)
class Result:
    """What came of a query: an HTTP status, the form of the answer as ``kind:format``, and the whole body."""

    status: int
    form: str = ""
    message: str = ""
    body: bytes = b""


class _Worker:
    """One process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, store: Path, memory: int) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "failuregraph.serve.worker",
            str(store),
            str(memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        worker = cls(process)
        await asyncio.wait_for(worker._frame(), _START)
        return worker

    async def _frame(self) -> bytes:
        stream = self.process.stdout
        if stream is None:
            raise asyncio.IncompleteReadError(b"", 4)
        size = struct.unpack(">I", await stream.readexactly(4))[0]
        return await stream.readexactly(size)

    async def ask(self, request: Mapping[str, Any]) -> Result:
        data = json.dumps(request).encode()
        stream = self.process.stdin
        if stream is None:
            raise asyncio.IncompleteReadError(b"", 4)
        stream.write(struct.pack(">I", len(data)) + data)
        await stream.drain()
        head = json.loads(await self._frame())
        return Result(head["status"], head["form"], head["message"], await self._frame())

    async def end(self) -> int:
        """Kill the process if it still runs, and return how it ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        return await self.process.wait()


class Pool:
    """A fixed number of workers over one store; a query waits for a free one, but not in a long queue."""

    def __init__(self, store: Path, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self._idle: asyncio.Queue[_Worker | None] = asyncio.Queue()
        self._all: set[_Worker] = set()
        self._waiting = 0

    async def start(self) -> None:
        """Start every worker."""
        for worker in await asyncio.gather(*(self._new() for _ in range(self.settings.workers))):
            self._idle.put_nowait(worker)

    async def stop(self) -> None:
        """End every worker."""
        for worker in list(self._all):
            await self._drop(worker)

    async def _new(self) -> _Worker:
        worker = await _Worker.start(self.store, self.settings.memory)
        self._all.add(worker)
        return worker

    async def _drop(self, worker: _Worker) -> int:
        self._all.discard(worker)
        return await worker.end()

    async def run(self, request: Mapping[str, Any]) -> Result:
        """Return the complete answer by the deadline, or a refusal that says why.

        504 at the deadline, 503 where too many wait, 507 where memory ran out, 400 where the query ended
        its process.  A caller that is cancelled ends its worker.
        """
        if self._waiting >= self.settings.waiting:
            return Result(503, message=f"{self._waiting} queries are waiting already; try again in a second.")
        self._waiting += 1
        try:
            worker = await self._idle.get() or await self._new()
        finally:
            self._waiting -= 1
        healthy = False
        try:
            result = await asyncio.wait_for(worker.ask(request), self.settings.deadline)
            healthy = True
        except TimeoutError:
            limit = f"{self.settings.deadline:g} seconds"
            return Result(504, message=f"The query took longer than {limit}; narrow it, or use the dumps.")
        except (asyncio.IncompleteReadError, ConnectionError):
            return _ended(await worker.process.wait())
        finally:
            if healthy:
                self._idle.put_nowait(worker)
            else:
                self._idle.put_nowait(None)
                await self._drop(worker)
        return result


def _ended(code: int) -> Result:
    """Return what the end of a worker means (reliability: SIGABRT is memory, SIGSEGV is nesting)."""
    if code == -signal.SIGABRT:
        return Result(507, message="The query needs more memory than it may use.")
    if code == -signal.SIGSEGV:
        return Result(400, message="The query is too complex to be evaluated.")
    return Result(500, message="The query ended its worker; the fault is ours.")
