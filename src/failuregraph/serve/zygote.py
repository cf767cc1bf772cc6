"""The process that holds the store and forks the workers, so that a new one is there in milliseconds.

It has one thread and evaluates nothing itself.  Over its control socket it gets one byte with a descriptor
for each worker that is wanted, and says in lines of JSON which process was made and how each one ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from failuregraph.serve.worker import work

__all__ = ["main", "opened"]

#: Up to this size on disk a store is read into memory, where aggregates are two to three times as fast.
_LARGEST: Final = 1024**3


def opened(folder: Path, largest: int = _LARGEST) -> ox.Store:
    """Return the store of a release: in memory where it is small enough, else as it lies on disk, read-only."""
    on_disk = ox.Store.read_only(str(folder))
    if sum(each.stat().st_size for each in folder.iterdir()) > largest:
        return on_disk
    store = ox.Store()
    store.bulk_extend(on_disk)
    return store


def main() -> None:
    """Fork workers until the front process is gone: ``python -m failuregraph.serve.zygote FD MEMORY STORE``."""
    control = socket.socket(fileno=int(sys.argv[1]))
    memory, folder = int(sys.argv[2]), Path(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store = opened(folder)
    next(iter(store), None)
    gc.freeze()
    wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    _say(control, {"ready": True})
    while True:
        readable, _, _ = select.select([control.fileno(), wake], [], [])
        if wake in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            _reap(control)
        if control.fileno() in readable:
            data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                return
            _fork(control, descriptors[0], store, memory)


def _fork(control: socket.socket, descriptor: int, store: ox.Store, memory: int) -> None:
    pid = os.fork()
    if pid:
        os.close(descriptor)
        _say(control, {"pid": pid})
        return
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        work(socket.socket(fileno=descriptor), store, memory)
        status = 0
    finally:
        os._exit(status)


def _reap(control: socket.socket) -> None:
    """Report every process that ended, with its exit code, or the signal that ended it as a negative number."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say(control, {"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _say(control: socket.socket, what: dict[str, object]) -> None:
    with contextlib.suppress(ConnectionError):
        control.sendall(json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
