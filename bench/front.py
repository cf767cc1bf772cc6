"""Where the time of a look-up goes in the front process: without a network, with workers, under the profiler.

Run as ``.venv/bin/python -m bench.front``; prints microseconds for each request and what took most of them.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from failuregraph.build import build
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.serve.front import Front
from failuregraph.serve.settings import changed

if TYPE_CHECKING:
    from starlette.types import Message, Scope

_REQUESTS: Final = 2_000
_AT_ONCE: Final = 4
_LINES: Final = 15


def _scope(number: int) -> Scope:
    query = f"SELECT * {{ <{BASE}incident/FI-0351> ?p ?o }} #{number}"
    return {
        "type": "http",
        "method": "GET",
        "path": "/sparql",
        "query_string": urlencode({"query": query}).encode(),
        "headers": [(b"host", b"localhost"), (b"accept", b"*/*")],
        "client": ("127.0.0.1", 1),
    }


async def _receive() -> Message:
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


async def _send(_: Message) -> None:
    pass


async def _ask(front: Front, numbers: range) -> None:
    for number in numbers:
        await front(_scope(number), _receive, _send)


async def _all(front: Front, start: int) -> None:
    share = _REQUESTS // _AT_ONCE
    await asyncio.gather(*(_ask(front, range(start + n * share, start + (n + 1) * share)) for n in range(_AT_ONCE)))


async def _measured(folder: Path) -> None:
    project = Project.at(Path(__file__).parent.parent)
    front = Front(build(project, folder), project, changed(["burst=100000", "refill=100000"]))
    async with front.workers():
        await _all(front, 0)
        clock, used = time.perf_counter(), time.process_time()
        await _all(front, _REQUESTS)
        clock, used = time.perf_counter() - clock, time.process_time() - used
        each = 1_000_000 / _REQUESTS
        sys.stdout.write(f"{each * clock:.0f} µs a look-up by the clock, {each * used:.0f} µs of the processor here.\n")
        profile = cProfile.Profile()
        profile.enable()
        await _all(front, 2 * _REQUESTS)
        profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(_LINES)


def main() -> None:
    """Build the repository's graph into a temporary folder and measure."""
    import uvloop

    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_measured(Path(folder)))


if __name__ == "__main__":
    main()
