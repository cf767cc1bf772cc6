"""The worker processes: lent to one query at a time, ended at the deadline and replaced by a new fork."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from failuregraph.serve.forks import GoneError, Worker, Zygote
from failuregraph.serve.frames import Result, pack_request

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from pathlib import Path

    from failuregraph.serve.settings import Settings

__all__ = ["Pool"]

#: A worker is replaced after this many queries, so that nothing it may have leaked lasts.
_QUERIES: Final = 10_000
#: How long the end of a process may take to be reported, and how long to wait before a zygote is started again.
_REPORT: Final = 2.0
_AGAIN: Final = 1.0


class Pool:
    """A fixed number of workers over one store; a query waits for a free one, but not in a long queue."""

    def __init__(self, store: Path, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self._zygote: Zygote | None = None
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._queue: deque[asyncio.Future[Worker]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._queue)

    @property
    def busy(self) -> int:
        """How many workers answer a query."""
        return len(self._all) - len(self._idle)

    async def start(self) -> None:
        """Read the store once and fork every worker; raises GoneError where the store cannot be read."""
        self._zygote = await Zygote.start(self.store, self.settings.memory)
        for _ in range(self.settings.workers):
            await self._add(self._zygote)
        self._later(self._watch(self._zygote))

    async def stop(self) -> None:
        """End every process."""
        self._stopped = True
        for task in list(self._tasks):
            task.cancel()
        for worker in list(self._all):
            worker.kill()
        self._all.clear()
        self._idle.clear()
        if self._zygote is not None:
            await self._zygote.stop()

    async def run(self, request: Mapping[str, Any], deadline: float | None = None) -> Result:
        """Return the complete answer by the deadline (seconds), or a refusal that says why.

        504 at the deadline, 503 where too many wait, 507 where memory ran out, 400 where the query ended
        its process.  A caller that is cancelled ends its worker.
        """
        limit = min(deadline or self.settings.deadline, self.settings.deadline)
        if self._idle:
            worker = self._idle.pop()
        elif len(self._queue) >= self.settings.waiting:
            return Result(503, message=f"{len(self._queue)} queries are waiting already; try again in a second.")
        else:
            worker = await self._next()
        answer = worker.ask(pack_request({**request, "deadline": limit}))
        alarm = asyncio.get_running_loop().call_later(limit, _expire, answer)
        try:
            result = await answer
        except TimeoutError:
            self._replace(worker)
            told = f"{limit:g} seconds"
            return Result(
                504, message=f"The query took longer than {told}; narrow it, or use the dumps.", seconds=limit
            )
        except GoneError:
            self._replace(worker)
            return _ended(await self._code(worker))
        except asyncio.CancelledError:
            self._replace(worker)
            raise
        finally:
            alarm.cancel()
        if worker.asked >= _QUERIES:
            self._replace(worker)
        else:
            self._free(worker)
        return result

    async def _next(self) -> Worker:
        """Wait for a worker; one that comes after the caller was cancelled goes to the next."""
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free(turn.result())
            else:
                self._queue.remove(turn)
            raise

    def _free(self, worker: Worker) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def _replace(self, worker: Worker) -> None:
        """End a worker and let a new one take its place."""
        worker.kill()
        self._all.discard(worker)
        if self._zygote is not None and not self._stopped:
            self._later(self._add(self._zygote))

    async def _add(self, zygote: Zygote) -> None:
        try:
            worker = await zygote.fork()
        except GoneError:
            return
        self._all.add(worker)
        self._free(worker)

    async def _watch(self, zygote: Zygote) -> None:
        """Start all over where the process that holds the store is gone."""
        await zygote.gone.wait()
        for worker in list(self._idle):
            worker.kill()
            self._all.discard(worker)
        self._idle.clear()
        while not self._stopped:
            try:
                await self.start()
            except (GoneError, TimeoutError):
                await asyncio.sleep(_AGAIN)
            else:
                return

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _code(self, worker: Worker) -> int:
        try:
            return await asyncio.wait_for(asyncio.shield(worker.ended), _REPORT)
        except TimeoutError:
            return 0


def _expire(answer: asyncio.Future[Result]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


def _ended(code: int) -> Result:
    """Return what the end of a worker means: SIGABRT is memory, SIGSEGV nesting, SIGXCPU the deadline."""
    if code == -signal.SIGABRT:
        return Result(507, message="The query needs more memory than it may use; narrow it, or use the dumps.")
    if code == -signal.SIGSEGV:
        return Result(400, message="The query is too complex to be evaluated.")
    if code == -signal.SIGXCPU:
        return Result(504, message="The query took longer than it may; narrow it, or use the dumps.")
    return Result(500, message="The query ended its worker; the fault is ours.")
