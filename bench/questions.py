"""Time every stored question, and every rule, over synthetic incidents in process and without a cache.

Run as ``.venv/bin/python -m bench.questions``; see README.md beside it for how to read the numbers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import time
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from bench.synthetic import Sizes, synthetic
from failuregraph.derive import DERIVED
from failuregraph.project import Project
from failuregraph.query import QueryFile, run
from failuregraph.store import OxigraphStore, Statements, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from failuregraph.store import Answer

#: The targets of the design: no question above the first, the median of all not above the second, in milliseconds.
SLOWEST: Final = 500.0
MEDIAN: Final = 150.0
#: What every question is compared with: one join over all incidents, counted.  It took 48 ms when the design was made.
YARDSTICK: Final = """
PREFIX fg: <https://w3id.org/failuregraph/ontology#>
SELECT ?mode ?severity (COUNT(*) AS ?incidents)
WHERE { ?incident a fg:Incident ; fg:failureMode ?mode ; fg:severity ?severity . }
GROUP BY ?mode ?severity
"""


class Run(NamedTuple):
    """One run: how many rows, and the milliseconds by the clock and of the processor; -1 rows where it was ended."""

    rows: int
    taken: float
    used: float


@dataclass(frozen=True)
class Timing:
    """All runs of one question or rule."""

    name: str
    runs: tuple[Run, ...]

    @property
    def used(self) -> float:
        """The middle of the runs in milliseconds of the processor, which other processes disturb least."""
        return statistics.median(each.used for each in self.runs)

    def row(self, yardstick: float) -> tuple[str, ...]:
        """Return the cells of the Markdown table; the last is how many times as much work as the yardstick it was."""
        rows, clock = self.runs[0].rows, [each.taken for each in self.runs]
        times = (statistics.median(clock), max(clock), self.used)
        ratio = f"{self.used / yardstick:.1f}"
        return (self.name, f"{rows:,}" if rows >= 0 else "ended", *(f"{each:.0f}" for each in times), ratio)


def main() -> int:
    """Make the data, time loading, rules and questions, and print tables; 1 where --assert finds a target missed."""
    given = _arguments()
    project = Project.at(Path(__file__).parent.parent)
    store = _loaded(project, Sizes(incidents=given.incidents), given.seed)
    yardstick = _measured("yardstick", given.runs, lambda: _rows(store.query(YARDSTICK)))
    unit = yardstick.used
    _print_table("rule", "new statements", _derived(store, project), unit)
    known = QueryFile.folder(project.answers)
    asked = [question for question in known if not given.names or question.name in given.names]
    timings = (_patiently(each.name, given.runs, partial(_asked, store, each), given.patience) for each in asked)
    timed = _print_table("question", "rows", chain([yardstick], timings), unit)
    return _verdict(timed[1:], unit, asserted=given.asserted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.questions", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="QUESTION", help="time these alone")
    parser.add_argument("--incidents", type=int, default=10_000, help="how many incidents of the index to make")
    parser.add_argument("--runs", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--patience", type=float, default=20, help="seconds after which one run is ended")
    parser.add_argument("--seed", type=int, default=7, help="another seed gives other data of the same shape")
    parser.add_argument("--assert", action="store_true", dest="asserted", help="exit 1 where a target is missed")
    return parser.parse_args()


def _loaded(project: Project, sizes: Sizes, seed: int) -> OxigraphStore:
    started = time.perf_counter()
    quads = synthetic(project, sizes, seed)
    made = time.perf_counter()
    store = OxigraphStore.of(quads)
    took = time.perf_counter() - made
    _say(f"{sizes.incidents:,} incidents, {sizes.aiid + sizes.postmortems:,} of two other registries; seed {seed}.")
    _say(f"Made {len(quads):,} statements in {made - started:.1f} s, loaded them in {took:.1f} s.\n")
    return store


def _derived(store: OxigraphStore, project: Project) -> Iterator[Timing]:
    """Run the rules as ``derive`` does, each over what those before it derived."""
    graph = ox.NamedNode(DERIVED)
    for rule in QueryFile.folder(project.derivations):
        found: list[ox.Triple] = []
        timing = _measured(rule.name, 1, partial(_constructed, store, rule, found))
        before = len(store.inner)
        store.inner.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in found)
        yield Timing(rule.name, (timing.runs[0]._replace(rows=len(store.inner) - before),))


def _constructed(store: OxigraphStore, rule: QueryFile, found: list[ox.Triple]) -> int:
    answer = store.query(rule.text)
    found += answer.triples if isinstance(answer, Statements) else ()
    return len(found)


def _asked(store: OxigraphStore, question: QueryFile) -> int:
    return len(run(store, question).rows)


def _rows(answer: Answer) -> int:
    return len(answer.rows) if isinstance(answer, Table) else 0


def _measured(name: str, runs: int, work: Callable[[], int], keep: Callable[[Run], None] | None = None) -> Timing:
    """Return how long some work took, each time; it says how many rows there were."""
    done = []
    for _ in range(runs):
        clock, processor = time.perf_counter(), time.process_time()
        rows = work()
        used, taken = time.process_time() - processor, time.perf_counter() - clock
        done.append(Run(rows, 1000 * taken, 1000 * used))
        if keep:
            keep(done[-1])
    return Timing(name, tuple(done))


def _patiently(name: str, runs: int, work: Callable[[], int], patience: float) -> Timing:
    """Return the same as ``_measured``, but end a run that takes longer than the patience, in seconds.

    A running query cannot be cancelled, so it runs in a child that shares the memory and can be killed.
    """
    processes = multiprocessing.get_context("fork")
    here, there = processes.Pipe(duplex=False)
    child = processes.Process(target=_measured, args=(name, runs, work, there.send))
    child.start()
    there.close()
    done: list[Run] = []
    while len(done) < runs and here.poll(patience):
        done.append(here.recv())
    child.kill()
    child.join()
    return Timing(name, tuple(done) or (Run(-1, 1000 * patience, 1000 * patience),))


def _verdict(timings: list[Timing], unit: float, *, asserted: bool) -> int:
    slowest = max(timings, key=lambda timing: timing.used)
    median = statistics.median(timing.used for timing in timings)
    over = [timing.name for timing in timings if timing.used > SLOWEST]
    count, times = len(timings), (median / unit, slowest.used / unit)
    _say(f"Median over {count} questions: {median:.0f} ms, {times[0]:.1f} yardsticks (target {MEDIAN:.0f} ms, 3.1).")
    _say(f"Slowest: {slowest.name}, {slowest.used:.0f} ms, {times[1]:.1f} yardsticks (target {SLOWEST:.0f} ms, 10.4).")
    _say(f"Above {SLOWEST:.0f} ms: {len(over)}. All times here are of the processor.")
    return 1 if asserted and (median > MEDIAN or over) else 0


def _print_table(what: str, rows: str, timings: Iterable[Timing], unit: float) -> list[Timing]:
    """Print each timing as soon as it is there, and return them all."""
    _say(f"| {what} | {rows} | median ms | max ms | CPU ms | × yardstick |\n|---|--:|--:|--:|--:|--:|")
    done = []
    for timing in timings:
        _say(f"| {' | '.join(timing.row(unit))} |")
        done.append(timing)
    _say("")
    return done


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
