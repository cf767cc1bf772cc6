"""Stores elsewhere: what is sent, what is refused, and one sentence for each way in which a remote misbehaves."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pyoxigraph as ox
import pytest
from engines import answering, reply
from live import free_port
from test_cli import Run, run

from failuregraph.errors import RemoteFailed, Unsupported, WrongUse
from failuregraph.remote import transport
from failuregraph.remote.loading import by_graph
from failuregraph.remote.store import SparqlStore
from failuregraph.remote.transport import PASSWORD, TIMEOUT, USER, Remote
from failuregraph.store import QueryInvalid, Statements, Table, Truth

__all__ = ["run"]
EX = "https://example.org/"
IRI = ox.NamedNode(EX)
JSON = "application/sparql-results+json"
WITNESS = {"s": {"type": "uri", "value": EX}, "p": {"type": "uri", "value": EX}}


def _results(*rows: dict[str, dict[str, str]], names: tuple[str, ...] = ("s", "p")) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


def _honest(
    body: bytes, kind: str = JSON, headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a remote that shows its graphs, and then answers with the body."""
    replies = [(_results(WITNESS), JSON), (b'{"head": {}, "boolean": true}', JSON), (body, kind)]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body, kind = replies.pop(0) if len(replies) > 1 else replies[0]
        reply(handler, body, kind=kind, headers=headers if len(replies) == 1 else None)

    return answer


def _slowly(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def test_a_dead_remote_ends_with_four(run: Run) -> None:
    """Nobody listens: one sentence, and no other engine answers instead."""
    url = f"http://127.0.0.1:{free_port()}/sparql"
    done = run("ask", "severity-by-mode", "--store", url)
    assert (4, "", f"Error: {url} cannot be reached: Connection refused.\n") == (done.code, done.out, done.err)


@pytest.mark.parametrize("answer", [_slowly, lambda _: time.sleep(1)], ids=["drops", "silence"])
def test_a_slow_remote_ends_with_four(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    """The time counts for the whole answer: a byte now and then does not prolong it."""
    monkeypatch.setenv(TIMEOUT, "0.3")
    with answering(answer) as url:
        started = time.monotonic()
        done = run("stats", "--store", url)
        assert time.monotonic() - started < 5
    assert (4, f"Error: {url} did not answer within 0.3 s; set {TIMEOUT} to wait longer.\n") == (done.code, done.err)


def test_a_lying_remote_ends_with_four(run: Run) -> None:
    """HTML with status 200 is no answer."""
    with answering(lambda handler: reply(handler, b"<html>Welcome</html>")) as url:
        done = run("show", "FI-9001", "--store", url)
    assert 4 == done.code
    assert f"Error: {url} answers with text/html instead of SPARQL results in JSON; is this the address" in done.err


@pytest.mark.parametrize("status", [401, 403])
def test_a_remote_that_asks_for_a_login_ends_with_four(run: Run, status: int) -> None:
    """The sentence names the two variables of the environment."""
    with answering(lambda handler: reply(handler, b"no", status)) as url:
        done = run("query", "-e", "ASK {}", "--store", url)
    assert 4 == done.code
    assert f"Error: {url} asks for a login (status {status}); set {USER} and {PASSWORD}.\n" == done.err


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (_results(WITNESS)[:-9], JSON),
        (b"", JSON),
        (b"<html></html>", JSON),
        (b'{"head": {"vars": ["s"]}}', JSON),
        (_results(WITNESS) + b" and more", JSON),
        (_results(WITNESS, names=("s", "other")), JSON),
        (_results({"s": {"type": "uri", "value": "no iri"}}), JSON),
        (_results({"s": {"type": "number", "value": "1"}}), JSON),
        (_results({"s": {"type": "literal", "value": 1}}), JSON),  # type: ignore[dict-item]  # the fault that is tested
        (b"s,p\r\n", "text/csv"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(body: bytes, kind: str) -> None:
    """What is cut off, of another kind or about other columns is never used."""
    with answering(_honest(body, kind)) as url, pytest.raises(RemoteFailed, match=r"cannot be used|instead of SPARQL"):
        SparqlStore(Remote(url)).query("SELECT ?s ?p WHERE { ?s ?p ?o }")


@pytest.mark.parametrize(
    ("headers", "says"),
    [({"X-SQL-State": "S1TAT"}, "a part of the answer"), ({"X-SPARQL-MaxRows": "1"}, "cuts answers off at 1 rows")],
)
def test_an_answer_that_is_marked_as_a_part_is_an_error(headers: dict[str, str], says: str) -> None:
    """Virtuoso gives parts of answers with status 200, and says so in a header."""
    with answering(_honest(_results(WITNESS), headers=headers)) as url, pytest.raises(RemoteFailed, match=says):
        SparqlStore(Remote(url)).query("SELECT ?s ?p WHERE { ?s ?p ?o }")


def test_a_body_shorter_than_its_length_is_an_error() -> None:
    """A connection that breaks off is noticed."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(_results(WITNESS))

    with answering(answer) as url, pytest.raises(RemoteFailed, match="broke off in the middle"):
        SparqlStore(Remote(url)).query("ASK {}")


def test_a_graph_without_an_end_is_an_error() -> None:
    """N-Triples that are cut off at a line look whole, so that a length is asked for."""
    triple = f"<{EX}> <{EX}> <{EX}> .\n".encode()
    honest = _honest(triple, "application/n-triples")
    seen: list[str] = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        if len(seen) <= 2:
            honest(handler)
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "application/n-triples")
        handler.end_headers()
        handler.wfile.write(triple)

    text = "CONSTRUCT WHERE { ?s ?p ?o }"
    with answering(_honest(triple, "application/n-triples")) as url:
        assert Statements((ox.Triple(IRI, IRI, IRI),)) == SparqlStore(Remote(url)).query(text)
    with answering(endless) as url, pytest.raises(RemoteFailed, match="it states no length"):
        SparqlStore(Remote(url)).query(text)
    with answering(_honest(b"<a", "text/turtle")) as url, pytest.raises(RemoteFailed, match="cannot be parsed"):
        SparqlStore(Remote(url)).query(text)


def test_terms_are_those_of_the_embedded_engine() -> None:
    """Language tags, datatypes and blank nodes are kept, and an unbound cell is none."""
    row = {
        "a": {"type": "literal", "value": "x", "xml:lang": "en"},
        "b": {"type": "typed-literal", "value": "01", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        "c": {"type": "bnode", "value": "nodeID://b1"},
    }
    with answering(_honest(_results(row, names=("a", "b", "c", "d")))) as url:
        answer = SparqlStore(Remote(url)).query("SELECT ?a ?b ?c ?d WHERE { ?a ?b ?c, ?d }")
    assert isinstance(answer, Table)
    number = ox.Literal("01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    assert ((ox.Literal("x", language="en"), number, ox.BlankNode("b0"), None),) == answer.rows


@pytest.mark.parametrize(
    ("body", "truth"), [(b'{"head": {}, "boolean": false}', False), (_results(names=("__ASK_RETVAL",)), False)]
)
def test_an_ask_is_read_as_virtuoso_writes_it_too(body: bytes, truth: bool) -> None:  # noqa: FBT001 - a table
    """A table of no row is Virtuoso's no."""
    with answering(_honest(body)) as url:
        assert Truth(truth) == SparqlStore(Remote(url)).query("ASK {}")


def test_a_store_that_hides_its_graphs_is_an_error() -> None:
    """Where the default graph is not the union of all, every count would be too small."""
    replies = [_results(WITNESS), b'{"head": {}, "boolean": false}']
    with (
        answering(lambda handler: reply(handler, replies.pop(0), kind=JSON)) as url,
        pytest.raises(RemoteFailed, match="does not show its named graphs together"),
    ):
        SparqlStore(Remote(url)).query("ASK {}")
    with (
        answering(lambda handler: reply(handler, _results(), kind=JSON)) as url,
        pytest.raises(RemoteFailed, match="load it with failuregraph push"),
    ):
        SparqlStore(Remote(url)).query("ASK {}")


@pytest.mark.parametrize(("status", "waits"), [(429, [5.0]), (503, [5.0]), (503, [1.0])])
def test_a_busy_remote_is_asked_again(status: int, waits: list[float]) -> None:
    """Retry-After is honoured, and without it the first pause is a second."""
    headers = {"Retry-After": "5"} if waits == [5.0] else {}
    busy = [status]
    slept: list[float] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if busy:
            reply(handler, b"", busy.pop(), headers=headers)
        else:
            reply(handler, b'{"head": {}, "boolean": true}', kind=JSON)

    with answering(answer) as url:
        assert b"true" in replace(Remote(url), sleep=slept.append).ask("ASK {}", JSON).body
    assert waits == slept


@pytest.mark.parametrize(("after", "slept", "says"), [("", [1.0, 2.0, 4.0], "4 tries"), ("3600", [], "3600 s")])
def test_a_remote_that_stays_busy_is_an_error(after: str, slept: list[float], says: str) -> None:
    """There are four tries, and none where the wait that is asked for is too long."""
    found: list[float] = []
    headers = {"Retry-After": after} if after else {}
    with (
        answering(lambda handler: reply(handler, b"", 503, headers=headers)) as url,
        pytest.raises(RemoteFailed, match=says),
    ):
        replace(Remote(url), sleep=found.append).ask("ASK {}", JSON)
    assert slept == found


def test_credentials_answer_a_challenge_and_follow_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Basic credentials are sent where they are asked for; another address is an error and never sees them."""
    monkeypatch.setenv(USER, "me")
    monkeypatch.setenv(PASSWORD, "secret")
    seen: list[str | None] = []

    def challenge(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        if seen[-1]:
            reply(handler, b'{"head": {}, "boolean": true}', kind=JSON)
        else:
            reply(handler, b"", 401, headers={"WWW-Authenticate": 'Basic realm="x"'})

    with answering(challenge) as url:
        Remote.at(url).ask("ASK {}", JSON)
        assert [None, f"Basic {b64encode(b'me:secret').decode()}"] == seen
        there = f"redirects to {url}; give that address"
        elsewhere = answering(lambda handler: reply(handler, b"", 307, headers={"Location": url}))
        with elsewhere as other, pytest.raises(RemoteFailed, match=there):
            Remote.at(other).ask("ASK {}", JSON)
    assert 2 == len(seen)
    assert "secret" not in repr(Remote.at(url))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "sparql", "http://", "http://a:x/", "http://a b/"]
)
def test_only_web_addresses_are_opened(run: Run, url: str) -> None:
    """SPARQLWrapper would open a file."""
    done = run("query", "-e", "ASK {}", "--store", url)
    assert (2, f"Error: “{url}” is no address of a store; write one that begins with http:// or https://.\n") == (
        done.code,
        done.err,
    )


def test_a_password_in_an_address_is_wrong_use() -> None:
    """It would stand in receipts and in the history of the shell."""
    with pytest.raises(WrongUse, match=f"set {USER} and {PASSWORD} instead") as caught:
        Remote.at("https://me:secret@store.example/sparql")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_time_out_is_a_number(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    """There is no way to wait without end."""
    monkeypatch.setenv(TIMEOUT, seconds)
    with pytest.raises(WrongUse, match=f"{TIMEOUT} is “{seconds}”"):
        Remote.at("http://127.0.0.1/")


def test_a_certificate_is_verified() -> None:
    """The certificate of a server nobody vouches for is refused before anything is sent."""
    context = transport._verified()  # noqa: SLF001 - what every connection is made with
    assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)
    reason = ssl.SSLCertVerificationError(1, "failed")
    reason.verify_message = "self-signed certificate"
    error = Remote("https://a.example/")._unreachable(reason)  # noqa: SLF001 - as above
    assert "https://a.example/ has a certificate that cannot be verified: self-signed certificate." == str(error)


def test_what_speaks_no_tls_is_waited_for_no_longer_than_anything_else() -> None:
    """The time-out counts for the handshake too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        remote = Remote(f"https://127.0.0.1:{server.getsockname()[1]}/", timeout=0.3)
        with pytest.raises(RemoteFailed, match=r"did not answer within 0\.3 s"):
            remote.ask("ASK {}", JSON)


@pytest.mark.parametrize("text", ["DROP ALL", "SELECT ?s WHERE { ?s ?p }", "DELETE WHERE { ?s ?p ?o }"])
def test_what_is_no_query_is_never_sent(text: str) -> None:
    """It is parsed here first: nobody has to listen."""
    with pytest.raises(QueryInvalid):
        SparqlStore(Remote("http://127.0.0.1:9/")).query(text)
    with pytest.raises(Unsupported, match="SERVICE"):
        SparqlStore(Remote("http://127.0.0.1:9/")).query("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_an_answer_from_the_files_here_loads_no_client() -> None:
    """SPARQLWrapper is imported when a store elsewhere is asked, and not before."""
    code = "import failuregraph.cli.answers, failuregraph.cli.push, sys; print('SPARQLWrapper' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False" == done.stdout.strip()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "severity-by-mode", "--store", "http://127.0.0.1:9/", "--with", "."), "--with and --store exclude"),
        (("ask", "--store", "http://127.0.0.1:9/"), "--store belongs to a question"),
        (("ask", "severity-by-mode", "--why", "1", "--store", "http://127.0.0.1:9/"), "does not support --why"),
        (("push", "http://a/", "--update", "http://b/", "--graph-store", "http://c/"), "two ways to load"),
        (("push", "file:///tmp/x"), "is no address of a store"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(run: Run, arguments: tuple[str, ...], says: str) -> None:
    """Nothing is ignored in silence."""
    done = run(*arguments)
    assert (2, True) == (done.code, says in done.err)


def test_a_statement_in_no_named_graph_is_not_pushed() -> None:
    """It would land where nobody looks for it."""
    with pytest.raises(WrongUse, match="is in no named graph"):
        by_graph([ox.Quad(IRI, IRI, IRI)])
