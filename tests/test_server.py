"""What keeps the server up: budgets, cache, log, counts, the swap to a new release, and clients that go away."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from live import Server, running

from failuregraph.build import build
from failuregraph.errors import WrongUse
from failuregraph.project import Project
from failuregraph.serve.budget import Budget, BusyError, SpentError
from failuregraph.serve.cache import Cache
from failuregraph.serve.frames import Result, pack_result, unpack_result
from failuregraph.serve.problems import Refused
from failuregraph.serve.protocol import Asked, Incoming, read_request
from failuregraph.serve.record import Log, Metrics, Seen
from failuregraph.serve.scan import refusal
from failuregraph.serve.settings import Settings, changed

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FORM = "application/x-www-form-urlencoded"


# --- Limits ---


def test_a_limit_is_changed_by_its_name() -> None:
    """A limit that does not exist, or is no number, is said."""
    assert 2.5 == changed(["deadline=2.5"]).deadline
    assert 1 == changed(["workers=2"]).parallel
    for text, says in (("speed=9", "there is no limit"), ("rows=many", "is a number"), ("rows=0", "greater than 0")):
        with pytest.raises(WrongUse, match=says):
            changed([text])


# --- Budget ---


def test_an_address_spends_and_gets_back() -> None:
    """After the burst is spent the address waits until a part of it is back; another address is not concerned."""
    now = [0.0]
    budget = Budget(Settings(burst=2.0, refill=60.0), lambda: now[0])

    async def _use(address: str, seconds: float) -> None:
        budget.leave(await budget.enter(address), seconds)

    async def _all() -> None:
        await _use("192.0.2.1", 5.0)
        with pytest.raises(SpentError) as spent:
            await _use("192.0.2.1", 1.0)
        assert 4 == spent.value.seconds
        await _use("192.0.2.2", 1.0)
        now[0] = 4.0
        await _use("192.0.2.1", 1.0)

    asyncio.run(_all())


def test_all_addresses_of_a_network_are_one_client() -> None:
    """An IPv6 client has a /64."""
    budget = Budget(Settings(burst=1.0))

    async def _all() -> None:
        budget.leave(await budget.enter("2001:db8::1"), 5.0)
        with pytest.raises(SpentError):
            await budget.enter("2001:db8::ffff")
        budget.leave(await budget.enter("2001:db8:0:1::1"), 5.0)

    asyncio.run(_all())


def test_short_queries_are_counted_too() -> None:
    """A thousand queries that take no time use up a small burst."""
    budget = Budget(Settings(burst=0.1, refill=0.001))

    async def _all() -> int:
        for number in range(1000):
            try:
                budget.leave(await budget.enter("192.0.2.1"), 0.0)
            except SpentError:
                return number
        return 1000

    assert 100 < asyncio.run(_all()) < 300


def test_an_address_holds_no_more_than_its_workers() -> None:
    """The fifth query waits for one of four, and too many that wait are refused."""
    budget = Budget(Settings(waiting=1))

    async def _all() -> bool:
        held = [await budget.enter("192.0.2.1") for _ in range(4)]
        fifth = asyncio.create_task(budget.enter("192.0.2.1"))
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await budget.enter("192.0.2.1")
        budget.leave(await budget.enter("192.0.2.2"), 0.1)
        waited = not fifth.done()
        budget.leave(held[0], 0.1)
        budget.leave(await fifth, 0.1)
        return waited

    assert asyncio.run(_all())


# --- Cache and frames ---


def test_the_cache_forgets_what_was_not_asked_for_longest() -> None:
    """It never holds more than its size, and nothing larger than a quarter of it."""
    cache = Cache(40_000)
    for name in "abc":
        cache.put(name, Result(200, body=b"x" * 8_000))
    assert cache.get("a") is not None
    for name in "de":
        cache.put(name, Result(200, body=b"x" * 8_000))
    cache.put("large", Result(200, body=b"x" * 20_000))
    kept = {name for name in ("a", "b", "c", "d", "e", "large") if cache.get(name) is not None}
    assert {"a", "c", "d", "e"} == kept


def test_a_result_is_read_only_when_it_is_whole() -> None:
    """A frame that is cut anywhere is no result."""
    result = Result(413, "table:json", "Zu groß.", b"\x00body", 0.25)
    data = pack_result(result)
    assert result == unpack_result(data)
    assert {None} == {unpack_result(data[:cut]) for cut in range(len(data))}


# --- Scan ---


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?service ?p 'SERVICE' . service:x a ex:Service . # SERVICE <http://x> {}\n }",
        'ASK { ?s ?p "x"@service , """SERVICE""" , <http://example.org/SERVICE> . :SERVICE :service ?o }',
        "SELECT * { VALUES ?x { " + "-1 " * 500 + "} }",
        "SELECT * { VALUES ?x { " + '"1"^^xsd:integer ' * 500 + "} }",
        "SELECT * { " + "?s ex:p/ex:q ex:o." * 200 + " }",
        "ASK { FILTER(?x IN (" + "1, " * 500 + "2)) }",
        "ASK " + "{" * 100 + "}" * 100,
    ],
)
def test_what_is_no_danger_is_let_through(query: str) -> None:
    """Names, strings, comments and long lists are no SERVICE, no nesting and no chain."""
    assert refusal(query, 100) is None


@pytest.mark.parametrize(
    "query",
    [
        "ASK { \\u0053ERVICE <http://x> { } }",
        "ASK { SeRvIcE SILENT # comment\n <http://x> { } }",
        "ASK " + "{" * 101 + "}" * 101,
        "ASK { FILTER(1" + "+1.5" * 200 + ") }",
        "ASK { FILTER(" + "!" * 101 + "true) }",
        "ASK { {} " + "UNION {} " * 101 + "}",
    ],
)
def test_what_is_dangerous_is_refused(query: str) -> None:
    """SERVICE in every disguise, deep nesting and long chains."""
    assert refusal(query, 100) is not None


AWKWARD = ['"', "'", '"""', "'''", '"\\', "<", "#", "a-", "a:", "(", "^", "\\u0022", "1e", "?", "é"]


@pytest.mark.parametrize("sign", AWKWARD)
def test_no_text_makes_the_scan_slow(sign: str) -> None:
    """64 KB of each awkward sign are read in well under a second."""
    text = sign * (65_536 // len(sign))
    started = time.process_time()
    refusal(text, 10**9)
    assert time.process_time() - started < 1.0


# --- Requests ---


def _read(address: bytes) -> Asked | None:
    async def _receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/sparql", "query_string": address, "headers": []}
    return asyncio.run(read_request(Incoming(scope, _receive), Settings()))


def test_letters_beyond_ascii_are_read_escaped_or_not() -> None:
    """A client may send them as they are; bytes that are no UTF-8 are refused in both forms."""
    plain, escaped = _read("query=ASK{'é'}".encode()), _read(b"query=ASK%7B%27%C3%A9%27%7D")
    assert plain is not None
    assert plain == escaped
    assert "ASK{'é'}" == plain.query
    for address in (b"query=ASK{'\xe9'}", b"query=ASK%7B%27%E9%27%7D"):
        with pytest.raises(Refused, match="UTF-8"):
            _read(address)


# --- Log and counts ---


def test_a_line_of_the_log_is_one_request_and_tells_no_secret() -> None:
    """Control characters are escaped, the address is cut, the text of the query is not there."""
    stream = io.StringIO()
    seen = Seen("r-1", "GET", "/sparql\n{}", "203.0.113.77", "evil\r\nagent", "rel", 200, 12, 0.5, "abcd")
    Log(stream).write(seen)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert ("203.0.113.0/24", "abcd", 500.0) == (told["address"], told["query"], told["ms"])
    assert "203.0.113.77" not in line


def test_counts_are_in_the_format_of_prometheus() -> None:
    """Requests by kind and status, times in a histogram that ends with all of them."""
    metrics = Metrics()
    for seconds in (0.0005, 0.2):
        metrics.count(Seen("r", "GET", "/sparql", "", "", status=200, seconds=seconds))
    text = metrics.text({"workers_busy": 1})
    assert 'failuregraph_requests_total{kind="sparql",status="200"} 2' in text
    assert 'failuregraph_request_seconds_bucket{kind="sparql",le="0.001"} 1' in text
    assert 'failuregraph_request_seconds_bucket{kind="sparql",le="+Inf"} 2' in text
    assert "failuregraph_workers_busy 1" in text


# --- Over HTTP ---


@pytest.fixture(scope="module")
def tight(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a short deadline, small answers, counts, and a path of its own."""
    limits = ("deadline=1", "rows=50", "burst=8", "refill=1")
    options = [word for limit in limits for word in ("--limit", limit)]
    place = ("--metrics", "--root-path", "graph", "--public-url", "https://example.org/graph")
    with running(corpus, tmp_path_factory.mktemp("tight") / "build", *options, *place) as server:
        yield server


def test_a_query_ends_at_the_deadline(tight: Server) -> None:
    """504 says the limit; a shorter timeout of the client is kept, at least once in three times, and reported."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        reply = tight.ask(ENDLESS, "application/json", timeout="0.3")
        taken.append(time.perf_counter() - started)
    assert min(taken) < 1.0
    told = json.loads(reply.text)
    assert (504, 504, "application/problem+json") == (reply.status, told["status"], reply.headers["content-type"])
    assert "0.3 seconds" in told["detail"]
    assert {"type", "title", "requestId", "release", "limit"} <= set(told)
    assert "0.3" == tight.ask("ASK {}", timeout="0.3").headers["x-timeout"]
    assert 400 == tight.ask("ASK {}", timeout="soon").status


def test_rows_beyond_the_cap_are_refused_and_never_cut(tight: Server) -> None:
    """Fifty rows are answered, fifty-one are not, in any format."""
    for name in ("json", "xml", "csv", "tsv"):
        assert 200 == tight.ask("SELECT ?s WHERE { ?s ?p ?o } LIMIT 50", format=name).status
        assert 413 == tight.ask("SELECT ?s WHERE { ?s ?p ?o } LIMIT 51", format=name).status
    for name in ("ttl", "nt", "jsonld", "rdf"):
        assert 413 == tight.ask("CONSTRUCT WHERE { ?s a ?o } LIMIT 51", format=name).status
    values = " ".join('("a\\nb},{' + str(number) + '")' for number in range(50))
    for name in ("json", "csv"):
        assert 200 == tight.ask(f"SELECT ?v WHERE {{ VALUES (?v) {{ {values} }} }}", format=name).status


def test_a_query_is_sent_by_the_method_query(tight: Server) -> None:
    """QUERY is POST by another name."""
    reply = tight.send("QUERY", "/sparql", b"ASK {}", content_type="application/sparql-query")
    assert json.loads(reply.text)["boolean"] is True


def test_a_path_of_a_proxy_stands_before_every_link(tight: Server) -> None:
    """The proxy takes the path away; links, redirects and addresses begin with it, and the description is public."""
    page = tight.get("/", "text/html").text
    assert 'href="/graph/incidents"' in page
    assert 'href="/incidents"' not in page
    assert "/graph/record/FI-9001" == tight.get("/incident/FI-9001").headers["location"]
    assert tight.get("/record/FI-9001").headers["content-location"].startswith("/graph/record/FI-9001.")
    assert "<https://example.org/graph/sparql>" in tight.get("/sparql", "application/n-triples").text


def test_counts_are_shown_where_they_were_asked_for(tight: Server, server: Server) -> None:
    """They are off unless asked for."""
    assert "failuregraph_requests_total" in tight.get("/metrics").text
    assert 404 == server.get("/metrics").status


def test_an_answer_is_kept(server: Server) -> None:
    """The second time no worker is asked: the same bytes, and an entity tag that saves even these."""
    first, second = server.ask(COUNT), server.ask(COUNT)
    assert (first.body, first.headers["etag"]) == (second.body, second.headers["etag"])
    path = "/sparql?" + urlencode({"query": COUNT})
    third = server.send("GET", path, if_none_match=first.headers["etag"])
    assert (304, b"") == (third.status, third.body)


def test_an_address_that_spent_its_time_is_told_when_to_come_back(tight: Server) -> None:
    """Eight seconds of processing are a few endless queries; then 429, also for a short one."""
    statuses = [tight.ask(ENDLESS).status for _ in range(12)]
    reply = tight.ask("ASK { ?s ?p ?o }")
    assert 429 in statuses
    assert (429, "no-store") == (reply.status, reply.headers["cache-control"])
    assert int(reply.headers["retry-after"]) > 0


def _swapped(copy: Project, out: Path, swaps: int) -> tuple[list[str], set[str], int]:
    """Swap between two releases under load; return what went wrong, the releases that were seen, and the answers."""
    first = build(copy, out)
    (copy.root / "data" / "incidents" / "FI-9008.ttl").unlink()
    second = build(copy, out.parent / "other")
    shutil.copytree(second.path, out / "releases" / second.identifier)
    sizes = {each.identifier: str(each.manifest["counts"]["quads"]) for each in (first, second)}
    faults: list[str] = []
    seen: list[str] = []
    done = threading.Event()
    options = ("--quiet", "--limit", "burst=1000", "--limit", "cache=1", "--release", str(out / "current"))

    def _read(server: Server) -> None:
        while not done.is_set():
            reply = server.ask("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
            seen.append(reply.headers["x-release"])
            if reply.status != 200 or f'"{sizes[seen[-1]]}"' not in reply.text:
                faults.append(f"{reply.status} {seen[-1]} {reply.text[:80]}")

    with running(copy, out, *options) as server:
        readers = [threading.Thread(target=_read, args=(server,)) for _ in range(4)]
        for reader in readers:
            reader.start()
        for number in range(swaps):
            target = (second, first)[number % 2].identifier
            (out / ".next").symlink_to(Path("releases") / target)
            (out / ".next").replace(out / "current")
            while server.get("/robots.txt").headers["x-release"] != target:
                time.sleep(0.05)
        done.set()
        for reader in readers:
            reader.join()
    return faults, set(seen), len(seen)


def test_a_release_is_swapped_under_load(copy: Project, tmp_path: Path) -> None:
    """While a release takes over from another no request fails, and each answer is of the release it names."""
    faults, seen, answers = _swapped(copy, tmp_path / "build", 3)
    assert ([], 2) == (faults, len(seen))
    assert answers > 100


@pytest.mark.slow
def test_a_hundred_releases_are_swapped_under_load(copy: Project, tmp_path: Path) -> None:
    """Nothing is lost or mixed in a hundred swaps."""
    faults, seen, _ = _swapped(copy, tmp_path / "build", 100)
    assert ([], 2) == (faults, len(seen))
