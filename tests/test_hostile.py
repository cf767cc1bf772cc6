"""Hostile queries against a running server: each ends in time with an honest status, and nothing else suffers."""

from __future__ import annotations

import contextlib
import itertools
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from hostile.case import HONEST, LONGEST, Case, Family
from hostile.families import corpus as whole_corpus
from hostile.families import quick
from hostile.heavy import HEAVY, PRODUCT, QUICKEST
from hostile.honeypot import Honeypot, honeypot
from hostile.nesting import NESTING
from hostile.outbound import near_misses, outbound, services
from hostile.processes import descendants, descriptors, memory, processor
from hostile.target import CROWDED, Target, attacked, can_set, limit
from live import eventually

from failuregraph.project import Project

#: How much the front process may grow over the corpus, in bytes.
GROWTH = 50 * 1024 * 1024
#: The slowest of a hundred look-ups while another client attacks, in seconds: the promise, and what is checked where
#: other tests run as well.
PROMISED, CHECKED = 0.25, 3.0
#: How often a visitor looks something up meanwhile, in seconds.
EVERY = 0.02
SECRET = "a-secret-that-no-answer-may-hold"  # noqa: S105 - the text of a canary file
ENDLESS = Case("endless", f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}", frozenset({504, 507}))
#: One address attacks, the other only asks.
ATTACKER, VISITOR = "127.0.0.1", "127.0.0.2"
HEAVY_ENOUGH = [case for case in HEAVY if case.name.startswith("endless-")][:4]


@pytest.fixture(scope="module")
def target(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Return a server with a short deadline."""
    with attacked(corpus, tmp_path_factory.mktemp("hostile")) as found:
        yield found


@pytest.fixture(scope="module")
def pot() -> Iterator[Honeypot]:
    """Return a listener that must never be called."""
    with honeypot() as found:
        yield found


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Turtle file whose text must never appear."""
    path = tmp_path_factory.mktemp("canary") / "canary.ttl"
    path.write_text(f'<x:s> <x:p> "{SECRET}" .\n', encoding="utf-8")
    return path


def test_the_limits_of_a_server_can_be_set() -> None:
    """The command that serves takes the deadline and the number of workers."""
    assert [] == [option for option in ("--limit", "--workers") if not can_set(option)]


def test_the_corpus_is_large_and_its_names_differ() -> None:
    """There are more than a hundred queries, no two of one name."""
    names = [case.name for case in whole_corpus("http://127.0.0.1:1/", "file:///none")]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("family", NESTING, ids=lambda family: str(family.name))
def test_every_size_of_a_family_is_answered_honestly(target: Target, family: Family) -> None:
    """Above the limit 400, above 64 KB 413, below both an answer; a look-up after each is answered."""
    assert [] == target.trial(family.cases())


def _marked(case: Case) -> ParameterSet:
    """Return a heavy query as a parameter; one that takes until the deadline and is like another is slow."""
    late = case.name.startswith(("endless-", "planned-")) and case.name not in QUICKEST
    return pytest.param(case, id=case.name, marks=[pytest.mark.slow] if late else [])


@pytest.mark.parametrize("case", [_marked(case) for case in HEAVY])
def test_a_heavy_query_is_ended_with_its_reason(target: Target, case: Case) -> None:
    """What never ends is 504 or 507, what grows is cut, and neither takes longer than the deadline and a second."""
    assert [] == target.trial([case])


def test_service_is_refused_in_every_disguise(target: Target, pot: Honeypot) -> None:
    """Mixed case, comments, escapes and nesting change nothing: 400, and no packet leaves."""
    assert [] == target.trial(services(pot.address))
    assert [] == pot.calls


def test_no_other_way_leads_out(target: Target, pot: Honeypot, canary: Path) -> None:
    """FROM and graph parameters name graphs and are not fetched; LOAD is refused; no file is read."""
    cases = outbound(pot.address, canary.as_uri())
    assert [] == target.trial(cases)
    assert [] == [case.name for case in cases if SECRET.encode() in target.send(case).body]
    assert [] == pot.calls


def test_the_honeypot_counts(pot: Honeypot) -> None:
    """A call is noticed, so that none noticed means none made."""
    with honeypot() as other:
        socket.create_connection(("127.0.0.1", other.port)).close()
        assert eventually(lambda: 1 == len(other.calls))
    assert pot.port != other.port


@pytest.mark.parametrize("case", near_misses("http://127.0.0.1:1/"), ids=lambda case: str(case.name))
def test_ordinary_text_is_not_mistaken(target: Target, case: Case) -> None:
    """A variable, prefix, string, tag or comment that holds the word, or many brackets, is answered."""
    assert [] == target.trial([case])


def test_a_query_just_within_the_length_is_read(target: Target) -> None:
    """64 KB are accepted, one byte more is not."""
    text = "ASK {} #"
    longest = Case("longest", text + "x" * (LONGEST - len(text)), frozenset({200}))
    assert [] == target.trial([longest, Case("longer", longest.query + "x", frozenset({413}))])


def _sent(target: Target, cases: list[Case]) -> list[str]:
    """Send cases four at a time, each from an address of its own; return those with no answer or a fault."""
    with ThreadPoolExecutor(4) as clients:
        answers = clients.map(lambda case: (case, target.send(case)), cases)
        return [f"{case.name}: {answer.status}" for case, answer in answers if answer.status not in HONEST | {403, 405}]


def _held(target: Target) -> tuple[int, int]:
    """Return how many processes and descriptors the server has."""
    return len(descendants(target.pid)), descriptors(target.pid)


def test_the_front_process_stays_as_it_was(target: Target, pot: Honeypot, canary: Path) -> None:
    """Memory, children and descriptors are those of before after hundreds of hostile queries."""
    cases = quick(pot.address, canary.as_uri())
    _sent(target, cases[:40])
    time.sleep(1.5)
    before = memory(target.pid), _held(target)
    assert [] == _sent(target, [*cases, *HEAVY_ENOUGH])
    assert eventually(lambda: before[1] == _held(target)), f"{before[1]} became {_held(target)}"
    assert before[0] + GROWTH > memory(target.pid)
    assert [] == pot.calls


def _burnt(target: Target, seconds: float = 0.5) -> float:
    """Return the share of a processor that the server and its workers use now."""
    pids = {target.pid, *descendants(target.pid)}
    before = processor(pids)
    time.sleep(seconds)
    return (processor(pids) - before) / seconds


def test_a_worker_rests_after_the_deadline(target: Target) -> None:
    """After 504 no process of the server burns the processor."""
    assert target.send(ENDLESS).status in ENDLESS.expected
    assert eventually(lambda: 0.1 > _burnt(target), within=5)


def test_a_client_that_goes_away_ends_its_worker(corpus: Project, tmp_path: Path) -> None:
    """Long before the deadline of a client that closed, nothing computes its answer any more."""
    body = ENDLESS.query.encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {ENDLESS.content_type}\r\nContent-Length: {len(body)}"
    with attacked(corpus, tmp_path, deadline=60) as target:
        with contextlib.closing(socket.create_connection(("127.0.0.1", target.port))) as client:
            client.sendall(head.encode() + b"\r\n\r\n" + body)
            assert eventually(lambda: 0.1 < _burnt(target))
        assert eventually(lambda: 0.1 > _burnt(target), within=10)
        assert 200 == target.benign().status


def _meanwhile(attack: Callable[[], int], until: Callable[[], bool]) -> Counter[int]:
    """Run an attack in four threads until a time has come; return the statuses that it got."""
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def loop() -> None:
        while not until():
            status = attack()
            with lock:
                statuses[status] += 1

    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _besieged(target: Target, cases: list[Case], seconds: float, least: int) -> tuple[Counter[int], list[float]]:
    """Loop over cases from one address, and return their statuses and the times of look-ups from another.

    Every look-up must be answered.  Look-ups are due at fixed times, and each is timed from when it was due: one that
    waits makes those behind it late, as it would for many visitors.
    """
    end = time.perf_counter() + seconds
    numbers = itertools.count()
    times: list[float] = []
    failed: Counter[int] = Counter()
    done = threading.Event()

    def attack() -> int:
        number = next(numbers)
        case = cases[number % len(cases)]
        if len(case.query) < LONGEST - 20:
            case = replace(case, query=f"{case.query}\n#{number}")
        return target.send(case, ATTACKER).status

    def visit() -> None:
        begun = time.perf_counter()
        while not done.is_set():
            due = begun + len(times) * EVERY
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = target.benign(VISITOR)
            times.append(time.perf_counter() - due)
            if answer.status != 200:
                failed[answer.status] += 1

    visitor = threading.Thread(target=visit)
    visitor.start()
    statuses = _meanwhile(attack, lambda: time.perf_counter() > end and next(numbers) >= least)
    done.set()
    visitor.join()
    assert not failed
    return statuses, times


def _slowest_of_a_hundred(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[-1]


def test_an_attack_from_one_address_leaves_the_other_served(corpus: Project, tmp_path: Path) -> None:
    """While four hostile queries run all the time, a look-up of another client is answered, and soon."""
    with attacked(corpus, tmp_path) as target:
        statuses, times = _besieged(target, [*HEAVY_ENOUGH, *NESTING[0].cases()], 5, 0)
    assert not [status for status in statuses if status not in HONEST | {429, 503}]
    assert (CHECKED if CROWDED else PROMISED) > _slowest_of_a_hundred(times)


@pytest.mark.alone
@pytest.mark.slow
def test_a_thousand_hostile_queries(corpus: Project, tmp_path: Path, pot: Honeypot, canary: Path) -> None:
    """Over a thousand queries the other client is served within the promise, and memory and children stay flat."""
    cases = [case for case in whole_corpus(pot.address, canary.as_uri()) if case.content_type == ENDLESS.content_type]
    # The budget of an address is raised, since 429 would end the attack.
    with attacked(corpus, tmp_path, *limit("burst", 1e6), *limit("refill", 1e6)) as target:
        _sent(target, cases[:40])
        before = memory(target.pid), _held(target)
        statuses, times = _besieged(target, cases, 60, 1000)
        assert eventually(lambda: before[1] == _held(target)), f"{before[1]} became {_held(target)}"
        grown = memory(target.pid) - before[0]
    slowest = _slowest_of_a_hundred(times)
    middle = statistics.median(times)
    sys.stdout.write(f"\n{dict(statuses)}; {len(times)} look-ups: p50 {middle:.3f} s, p99 {slowest:.3f} s\n")
    assert not [status for status in statuses if status not in HONEST | {403, 405, 429, 503}]
    assert PROMISED > slowest
    assert GROWTH > grown
    assert [] == pot.calls
