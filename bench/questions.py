"""Time every stored question, and every rule, over synthetic incidents in process and without a cache.

Run as ``.venv/bin/python -m bench.questions``; see README.md beside it for how to read the numbers.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import statistics
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
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

#: The targets of the design: no question above the first, the median of all not above the second, in milliseconds.
SLOWEST: Final = 500.0
MEDIAN: Final = 150.0
#: What every question is compared with: one join over all incidents, counted.
YARDSTICK: Final = """
PREFIX fg: <https://w3id.org/failuregraph/ontology#>
SELECT ?mode ?severity (COUNT(*) AS ?incidents)
WHERE { ?incident a fg:Incident ; fg:failureMode ?mode ; fg:severity ?severity . }
GROUP BY ?mode ?severity
"""
#: What the yardstick took on the machine on which the targets were set, in milliseconds.
REFERENCE: Final = 48.0


class Run(NamedTuple):
    """One run: how many rows, and the milliseconds by the clock and of the processor; -1 rows where it was ended."""

    rows: int
    taken: float
    used: float


@dataclass(frozen=True)
class Timing:
    """All runs of one question or rule, and what the yardstick took just before, in milliseconds of the processor."""

    name: str
    runs: tuple[Run, ...]
    yardstick: float = 1

    @property
    def used(self) -> float:
        """The middle of the runs in milliseconds of the processor, which other processes disturb least."""
        return statistics.median(each.used for each in self.runs)

    @property
    def ratio(self) -> float:
        """How many times as much work as the yardstick it was."""
        return self.used / self.yardstick

    def row(self) -> tuple[str, ...]:
        """Return the cells of the Markdown table."""
        rows, clock = self.runs[0].rows, [each.taken for each in self.runs]
        times = (statistics.median(clock), max(clock), self.used)
        return (
            self.name,
            f"{rows:,}" if rows >= 0 else "ended",
            *(f"{each:.0f}" for each in times),
            f"{self.ratio:.1f}",
        )


def main() -> int:
    """Make the data, time loading, rules and questions, and print tables; 1 where --assert finds a target missed."""
    given = _arguments()
    project = Project.at(Path(__file__).parent.parent)
    store = _loaded(project, Sizes(incidents=given.incidents), given.seed)
    _print_table("rule", "new statements", _derived(store, project))
    known = QueryFile.folder(project.answers)
    asked = [question for question in known if not given.names or question.name in given.names]
    # As the server does: the store is read into memory once everything is derived, and Python's collector lets it be.
    served = OxigraphStore.of(store.inner)
    gc.collect()
    gc.freeze()
    timings = _print_table("question", "rows", _timed(served, asked, given.runs, given.patience))
    return _verdict(timings, asserted=given.asserted)


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
        yardstick = _measured("yardstick", 3, partial(_yardstick, store)).used
        timing = _measured(rule.name, 1, partial(_constructed, store, rule, found))
        before = len(store.inner)
        store.inner.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in found)
        yield Timing(rule.name, (timing.runs[0]._replace(rows=len(store.inner) - before),), yardstick)


def _constructed(store: OxigraphStore, rule: QueryFile, found: list[ox.Triple]) -> int:
    answer = store.query(rule.text)
    found += answer.triples if isinstance(answer, Statements) else ()
    return len(found)


def _timed(store: OxigraphStore, questions: list[QueryFile], runs: int, patience: float) -> Iterator[Timing]:
    """Time each question beside the yardstick, which is asked again each time: the load of a machine changes."""
    for question in questions:
        yardstick = _patiently("yardstick", 3, partial(_yardstick, store), patience).used
        yield replace(_patiently(question.name, runs, partial(_asked, store, question), patience), yardstick=yardstick)


def _asked(store: OxigraphStore, question: QueryFile) -> int:
    return len(run(store, question).rows)


def _yardstick(store: OxigraphStore) -> int:
    answer = store.query(YARDSTICK)
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


def _verdict(timings: list[Timing], *, asserted: bool) -> int:
    slowest = max(timings, key=lambda timing: timing.used)
    median = statistics.median(timing.used for timing in timings)
    ratio = statistics.median(timing.ratio for timing in timings)
    over = [timing.name for timing in timings if timing.used > SLOWEST]
    far = [timing.name for timing in timings if timing.ratio > SLOWEST / REFERENCE]
    yardsticks = sorted(timing.yardstick for timing in timings)
    _say(f"The yardstick took {yardsticks[0]:.0f} to {yardsticks[-1]:.0f} ms; all times here are of the processor.")
    _say(f"Median over {len(timings)} questions: {median:.0f} ms (target {MEDIAN:.0f}), {ratio:.1f} yardsticks (3.1).")
    _say(f"Slowest: {slowest.name}, {slowest.used:.0f} ms, {slowest.ratio:.1f} yardsticks.")
    _say(f"Above {SLOWEST:.0f} ms: {len(over)}; above 10.4 yardsticks: {len(far)}: {', '.join(far)}.")
    return 1 if asserted and (median > MEDIAN or over) else 0


def _print_table(what: str, rows: str, timings: Iterable[Timing]) -> list[Timing]:
    """Print each timing as soon as it is there, and return them all."""
    _say(f"| {what} | {rows} | median ms | max ms | CPU ms | × yardstick |\n|---|--:|--:|--:|--:|--:|")
    done = []
    for timing in timings:
        _say(f"| {' | '.join(timing.row())} |")
        done.append(timing)
    _say("")
    return done


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
