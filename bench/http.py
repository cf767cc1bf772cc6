"""Ask this server and its peers the same questions over HTTP, on the same data and the same processors.

Run as ``.venv/bin/python -m bench.http``; see README.md beside it for how to read the numbers.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock
from urllib.parse import quote

import pyoxigraph as ox

from bench.load import Round, asked_once, loaded
from bench.peers import PEERS, Data, Peer, PeerMissingError
from bench.synthetic import Sizes, synthetic
from failuregraph import build as building
from failuregraph.derive import derive
from failuregraph.dumps import MAIN_FILE, Dump
from failuregraph.names import BASE, CC_BY, FG
from failuregraph.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEAD: Final = "GET {path}?query={query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/sparql-results+json\r\n\r\n"
#: The server that all others are compared with.
YARDSTICK: Final = "oxigraph"
_NUMBERS: Final = itertools.count()


@dataclass(frozen=True)
class Questions:
    """The questions of each kind, as a function of a number; there are so many incidents."""

    incidents: int

    def lookup(self, number: int) -> str:
        """Return a question for all that is said of one incident."""
        return f"SELECT ?p ?o WHERE {{ {self._incident(number)} ?p ?o }} #{number}"

    def sources(self, number: int) -> str:
        """Return a question for the sources of one incident and who published them."""
        pattern = f"{self._incident(number)} fg:source ?source . ?source fg:publisher ?publisher"
        return f"PREFIX fg: <{FG}> SELECT ?source ?publisher WHERE {{ {pattern} }} #{number}"

    def aggregate(self, number: int) -> str:
        """Return a question that counts incidents by mode and severity."""
        return (
            f"PREFIX fg: <{FG}> SELECT ?mode ?severity (COUNT(*) AS ?incidents) "
            "WHERE { ?incident a fg:Incident ; fg:failureMode ?mode ; fg:severity ?severity } "
            f"GROUP BY ?mode ?severity #{number}"
        )

    def mixed(self, number: int) -> str:
        """Return one aggregate for nine questions about single incidents."""
        if number % 10 == 0:
            return self.aggregate(number)
        return self.sources(number) if number % 2 else self.lookup(number)

    def repeated(self, _: int) -> str:
        """Return the aggregate that everybody asks."""
        return self.aggregate(0)

    def kinds(self) -> dict[str, Callable[[int], str]]:
        """Return kind → what makes its questions; all but the last are new to every cache."""
        return {"lookup": self.lookup, "aggregate": self.aggregate, "mixed": self.mixed, "repeated": self.repeated}

    def _incident(self, number: int) -> str:
        return f"<{BASE}incident/FI-{1 + number % min(self.incidents, 9_999):04}>"


KINDS: Final = tuple(Questions(1).kinds())


@dataclass
class Measured:
    """A server with what was measured of it: the first answers, and the rounds of each kind of question."""

    peer: Peer
    cold: dict[str, float] = field(default_factory=dict)
    rounds: dict[str, list[Round]] = field(default_factory=dict)

    def rate(self, kind: str) -> float:
        """Return the middle of the rounds in answers each second."""
        return statistics.median(each.rate for each in self.rounds[kind])

    def latency(self, kind: str) -> float:
        """Return the middle of the rounds' median latencies in milliseconds."""
        return statistics.median(each.median for each in self.rounds[kind])

    def refused(self) -> int:
        """Return how many answers were no 200."""
        return sum(each.refused for rounds in self.rounds.values() for each in rounds)


def main() -> int:
    """Make the data, start every server that there is, ask in turns, and print tables."""
    given = _arguments()
    # Whoever ends the bench ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="failuregraph-bench-") as folder, contextlib.ExitStack() as stack:
        data = _data(Path(folder), given.incidents, given.seed)
        questions = Questions(given.incidents)
        measured = list(_started(stack, data, Path(folder), given))
        _compared(measured, questions)
        for name, kind in questions.kinds().items():
            for each in measured:
                each.rounds[name] = []
                loaded(each.peer.port, _requests(each.peer, kind), given.connections, 1.0)
            for each in measured * given.rounds:
                requests = _requests(each.peer, kind)
                each.rounds[name].append(loaded(each.peer.port, requests, given.connections, given.seconds))
            _say(f"measured: {name}", error=True)
        _print(measured, given.connections)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.http", description=__doc__)
    parser.add_argument("peers", nargs="*", metavar="SERVER", help=f"ask these alone: {', '.join(PEERS)}")
    parser.add_argument("--incidents", type=int, default=10_000, help="how many incidents of the index to make")
    parser.add_argument("--connections", type=int, default=8, help="how many clients ask at once")
    parser.add_argument("--seconds", type=float, default=4, help="how long one round takes")
    parser.add_argument("--rounds", type=int, default=3, help="how many rounds each server has of each kind")
    parser.add_argument("--programs", type=Path, help="a folder with programs of peers, such as a venv's bin")
    parser.add_argument("--seed", type=int, default=7, help="another seed gives other data of the same shape")
    given = parser.parse_args()
    unknown = [name for name in given.peers if name not in PEERS]
    if unknown:
        parser.error(f"there is no server {', '.join(unknown)}; the servers are {', '.join(PEERS)}")
    return given


def _data(folder: Path, incidents: int, seed: int) -> Data:
    """Make a release of synthetic incidents with what is derived from them, and write all its statements to a file."""
    project = Project.at(Path(__file__).parent.parent)
    begun = time.perf_counter()
    quads = synthetic(project, Sizes(incidents=incidents), seed)
    quads = sorted({*quads, *derive(quads, project)}, key=str)
    dump = Dump(MAIN_FILE, CC_BY, ("made up",), ("Synthetic incidents",), quads)
    with mock.patch.object(building, "dumps_of", return_value=[dump]):
        release = building.build(project, folder / "build")
    path = folder / "data.nq"
    store = ox.Store.read_only(str(release.store_path))
    store.dump(str(path), format=ox.RdfFormat.N_QUADS)
    _say(f"{incidents:,} incidents, {len(store):,} statements, made in {time.perf_counter() - begun:.0f} s.")
    return Data(project, release, path)


def _started(stack: contextlib.ExitStack, data: Data, folder: Path, given: argparse.Namespace) -> Iterator[Measured]:
    """Start each server and time its first answers; say which is left out, and why."""
    for name in given.peers or PEERS:
        home = folder / name
        home.mkdir()
        try:
            peer = stack.enter_context(PEERS[name](data, home, given.programs))
        except PeerMissingError as error:
            _say(f"Left out: {name}: {error}.")
            continue
        found = Measured(peer)
        questions = Questions(given.incidents).kinds()
        for kind in ("lookup", "aggregate"):
            found.cold[kind], _ = asked_once(peer.port, _request(peer, questions[kind](next(_NUMBERS))))
        _say(f"started: {name}", error=True)
        yield found


def _compared(measured: list[Measured], questions: Questions) -> None:
    """Say so where a server gives other rows than the first, since then it does other work."""
    for name in ("lookup", "sources", "aggregate"):
        query = getattr(questions, name)(next(_NUMBERS))
        rows = {each.peer.name: asked_once(each.peer.port, _request(each.peer, query))[1] for each in measured}
        if len(set(rows.values())) > 1 or 0 in rows.values():
            _say(
                f"Not the same work: {name} has {', '.join(f'{count} rows from {who}' for who, count in rows.items())}."
            )


def _request(peer: Peer, query: str) -> bytes:
    return _HEAD.format(path=peer.path, query=quote(query)).encode()


def _requests(peer: Peer, kind: Callable[[int], str]) -> Iterator[bytes]:
    return (_request(peer, kind(next(_NUMBERS))) for _ in itertools.count())


def _print(measured: list[Measured], connections: int) -> None:
    base = next((each for each in measured if each.peer.name == YARDSTICK), None)
    _say(f"\nAnswers each second on {connections} connections, and how many times as many as {YARDSTICK}:\n")
    _say(f"| server | {' | '.join(KINDS)} |\n|---|{'--:|' * len(KINDS)}")
    for each in measured:
        _say(f"| {each.peer.name} | {' | '.join(_cell(each, base, kind) for kind in KINDS)} |")
    _say("\nMilliseconds: start to first answer (loading included), first answers, and the median of each kind warm:\n")
    _say(f"| server | start | cold lookup | cold aggregate | {' | '.join(KINDS)} | refused |")
    _say(f"|---|{'--:|' * (4 + len(KINDS))}")
    for each in measured:
        times = [1000 * each.peer.started, *each.cold.values()]
        warm = [f"{each.latency(kind):.2f}" for kind in KINDS]
        cells = [*(f"{time:.1f}" for time in times), *warm, str(each.refused())]
        _say(f"| {each.peer.name} | {' | '.join(cells)} |")


def _cell(each: Measured, base: Measured | None, kind: str) -> str:
    rate = each.rate(kind)
    shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"  # noqa: PLR2004 - digits
    return f"{shown} ({rate / base.rate(kind):.2f} ×)" if base and base.rate(kind) else shown


def _say(line: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(line + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
