"""How long pages take: made anew one by one, and asked for again over HTTP.

Run as ``.venv/bin/python -m bench.pages``; the addresses are those of the sitemap of the real graph.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from bench.load import loaded
from bench.peers import free_port
from failuregraph.build import Release, build
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask
from failuregraph.serve.settings import Place, changed

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOT: Final = Path(__file__).parent.parent
_PLACE: Final = re.compile(r"<loc>([^<]+)</loc>")
_REQUEST: Final = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n"
#: What is asked for beside the sitemap: pages that depend on their parameters.
_ASKED: Final = ("/incidents?mode=hallucination", "/incidents?q=court&sort=date", "/incidents?organisation=meta&page=2")


async def _addresses(service: Service) -> list[str]:
    """Return the paths of all pages that the sitemaps name."""
    found: list[str] = []
    for sitemap in _PLACE.findall((await ask(service, "/sitemap.xml")).text):
        text = (await ask(service, "/" + sitemap.removeprefix(BASE))).text
        found += ["/" + unquote(place.removeprefix(BASE)) for place in _PLACE.findall(text)]
    return [*dict.fromkeys(found), *_ASKED]


def _kind(path: str) -> str:
    """Return what a page is of, by the first part of its path."""
    parts = urlsplit(path).path.strip("/").removeprefix("doc/").split("/")
    return parts[0] + ("/…" if len(parts) > 1 else "") or "front page"


async def _made(service: Service, addresses: Iterable[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each page by kind."""
    times: dict[str, list[float]] = defaultdict(list)
    for address in addresses:
        path, _, query = address.partition("?")
        begun = time.perf_counter()
        reply = await ask(service, path, query=query)
        times[_kind(address)].append(1000 * (time.perf_counter() - begun))
        if reply.status != 200:  # noqa: PLR2004 - HTTP
            message = f"{address} answers {reply.status}"
            raise RuntimeError(message)
    return times


def _table(first: dict[str, list[float]], times: dict[str, list[float]]) -> str:
    lines = ["| pages | number | median ms | 95th percentile | slowest | slowest when asked first |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    together = [each for values in times.values() for each in values]
    once = [each for values in first.values() for each in values]
    for kind, values in [*sorted(times.items()), ("all", together)]:
        ordered = sorted(values)
        high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        slow = max(first.get(kind, once))
        told = f"{statistics.median(values):.1f} | {high:.1f} | {ordered[-1]:.1f} | {slow:.0f}"
        lines.append(f"| {kind} | {len(values)} | {told} |")
    return "\n".join(lines)


def _served(release: Release, addresses: list[str], seconds: float, connections: int) -> str:
    """Return how many kept pages a server sends each second, and answers that say that nothing changed."""
    port = free_port()
    command = [sys.executable, "-m", "failuregraph", "--project", str(_ROOT), "serve", "--quiet"]
    process = subprocess.Popen([*command, "--release", str(release.path), "--port", str(port)])  # noqa: S603
    try:
        asked = [_REQUEST.format(path=quote(path, safe="/?=&%+")).encode() for path in addresses]
        _wait(port)
        for request in asked:
            loaded(port, itertools.repeat(request), 1, 0)
        rounds = [loaded(port, itertools.cycle(asked), connections, seconds) for _ in range(3)]
    finally:
        process.terminate()
        process.wait()
    rates = sorted(each.rate for each in rounds)
    return f"kept pages: {rates[1]:,.0f} answers a second on {connections} connections (three rounds, the middle one)."


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            loaded(port, itertools.repeat(_REQUEST.format(path="/health").encode()), 1, 0.01)
        except ConnectionError:
            time.sleep(0.1)
        else:
            return


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each round lasts")
    parser.add_argument("--connections", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project.at(_ROOT)
        release = build(project, Path(folder))
        service = Service(release, project, changed(["cache=0"]), Place())
        addresses = asyncio.run(_addresses(service))
        first = asyncio.run(_made(service, addresses))
        sys.stdout.write(_table(first, asyncio.run(_made(service, addresses))) + "\n\n")
        some = addresses[:: max(1, len(addresses) // 200)]
        sys.stdout.write(_served(release, some, chosen.seconds, chosen.connections) + "\n")


if __name__ == "__main__":
    main()
