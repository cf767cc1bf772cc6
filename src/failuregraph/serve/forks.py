"""The front's side of the zygote: asking for workers, talking to them, and learning how each one ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from typing import TYPE_CHECKING, Final, cast

from failuregraph.serve.frames import Result, unpack_result

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GoneError", "Worker", "Zygote"]

_START: Final = 60.0


class GoneError(Exception):
    """A process that is not there any more."""


class Worker(asyncio.Protocol):
    """One process that answers one query at a time, and the socket to it."""

    def __init__(self, pid: int, ended: asyncio.Future[int]) -> None:
        self.pid, self.ended, self.asked = pid, ended, 0
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._answer: asyncio.Future[Result] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process; the transports of uvloop are of no class of asyncio."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Collect the answer until it is whole."""
        self._data += data
        result = unpack_result(self._data)
        if result is not None:
            self._data.clear()
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(result)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature of asyncio
        """Tell whoever waits that there will be no answer."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(GoneError())

    def ask(self, request: bytes) -> asyncio.Future[Result]:
        """Send a request and return its coming answer, which is GoneError where the process ends before."""
        self.asked += 1
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            self._answer.set_exception(GoneError())
        else:
            self._transport.write(request)
        return self._answer

    def kill(self) -> None:
        """End the process at once; its end is known a moment later."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        if self._transport is not None:
            self._transport.close()


class Zygote:
    """The process that holds the store; workers are forked from it."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        self.process, self._control = process, control
        self._lines = b""
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._forked: deque[asyncio.Future[int]] = deque()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self.gone = asyncio.Event()

    @classmethod
    async def start(cls, store: Path, memory: int) -> Zygote:
        """Start the process and wait until it has read the store; raises GoneError where it cannot."""
        ours, theirs = socket.socketpair()
        command = ("-m", "failuregraph.serve.zygote", str(theirs.fileno()), str(memory), str(store))
        process = await asyncio.create_subprocess_exec(sys.executable, *command, pass_fds=(theirs.fileno(),))
        theirs.close()
        ours.setblocking(False)  # noqa: FBT003 - the signature of sockets
        zygote = cls(process, ours)
        asyncio.get_running_loop().add_reader(ours.fileno(), zygote._read)
        await asyncio.wait_for(zygote._ready, _START)
        return zygote

    async def fork(self) -> Worker:
        """Return a new worker; raises GoneError where the process is gone."""
        if self.gone.is_set():
            raise GoneError
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        forked: asyncio.Future[int] = loop.create_future()
        self._forked.append(forked)
        try:
            socket.send_fds(self._control, [b"F"], [theirs.fileno()])
            pid = await forked
        except (OSError, GoneError):
            ours.close()
            raise GoneError from None
        finally:
            theirs.close()
        ours.setblocking(False)  # noqa: FBT003 - the signature of sockets
        _, worker = await loop.create_connection(lambda: Worker(pid, self._ends[pid]), sock=ours)
        return worker

    async def stop(self) -> None:
        """End the process; its workers end when their sockets close."""
        self._close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def _read(self) -> None:
        try:
            data = self._control.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close()
            return
        *lines, self._lines = (self._lines + data).split(b"\n")
        for line in lines:
            self._told(json.loads(line))

    def _told(self, what: dict[str, int]) -> None:
        if "ready" in what and not self._ready.done():
            self._ready.set_result(None)
        elif "code" in what:
            ended = self._ends.pop(what["pid"], None)
            if ended is not None and not ended.done():
                ended.set_result(what["code"])
        elif "pid" in what:
            self._ends[what["pid"]] = asyncio.get_running_loop().create_future()
            forked = self._forked.popleft()
            if not forked.done():
                forked.set_result(what["pid"])

    def _close(self) -> None:
        if self.gone.is_set():
            return
        self.gone.set()
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._control.close()
        if not self._ready.done():
            self._ready.set_exception(GoneError())
        for forked in self._forked:
            if not forked.done():
                forked.set_exception(GoneError())
        for ended in self._ends.values():
            if not ended.done():
                ended.set_result(0)
