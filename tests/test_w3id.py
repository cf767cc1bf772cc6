"""The redirect rules for w3id: each address leads to one that answers, RDF before pages, and nothing is lost."""

from __future__ import annotations

import asyncio
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from failuregraph.names import BASE, SCHEMES, THINGS
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask

FOLDER = Path(__file__).parent.parent / "deploy" / "w3id"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HOST = "https://HOST"
LIVE = "https://LIVE"
STATIC = "static.htaccess"
RDF = ("text/turtle", *(f"application/{name}" for name in ("ld+json", "n-triples", "n-quads", "rdf+xml")))
ACCEPTED = (BROWSER, "*/*", "", *RDF)


@dataclass(frozen=True)
class Condition:
    """One RewriteCond: what is looked at, and the pattern that it must have or must not have."""

    text: str
    pattern: re.Pattern[str]
    wanted: bool

    def holds(self, variables: dict[str, str]) -> bool:
        """Say whether it holds."""
        return (self.pattern.search(_filled(self.text, variables)) is not None) == self.wanted


@dataclass(frozen=True)
class Rule:
    """One RewriteRule with the conditions before it."""

    conditions: tuple[Condition, ...]
    pattern: re.Pattern[str]
    target: str
    flags: tuple[str, ...]

    @property
    def status(self) -> int:
        """The status of the redirect; 0 where the rule sets a variable alone."""
        return next((int(flag[2:]) for flag in self.flags if flag.startswith("R=")), 0)


@cache
def rules(file: str) -> tuple[Rule, ...]:
    """Return the rules of a file."""
    found: list[Rule] = []
    conditions: list[Condition] = []
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        name, *words = line.split() or [""]
        flags = tuple(words[2].strip("[]").split(",")) if len(words) > 2 else ()
        if name == "RewriteCond":
            pattern = re.compile(words[1].removeprefix("!"), re.IGNORECASE if "NC" in flags else 0)
            conditions.append(Condition(words[0], pattern, not words[1].startswith("!")))
        if name == "RewriteRule":
            found.append(Rule(tuple(conditions), re.compile(words[0]), words[1], flags))
            conditions = []
    return tuple(found)


def follow(file: str, path: str, accept: str, method: str = "GET", query: str = "") -> tuple[int, str]:
    """Return status and target as mod_rewrite finds them: conditions, variables, back references, the flag L.

    A target on the host of the files is a path.
    """
    variables = {"HTTP_ACCEPT": accept, "ENV:DOCUMENT": "", "REQUEST_METHOD": method, "QUERY_STRING": query}
    for rule in rules(file):
        found = rule.pattern.search(path)
        if found is None or not all(each.holds(variables) for each in rule.conditions):
            continue
        given = variables | {str(number): value or "" for number, value in enumerate(found.groups(), 1)}
        for flag in rule.flags:
            if flag.startswith("E="):
                key, _, value = flag[2:].partition(":")
                variables[f"ENV:{key}"] = _filled(value, given)
        if rule.status:
            return rule.status, _filled(rule.target, given).removeprefix(HOST)
    return 0, ""


def _filled(text: str, variables: dict[str, str]) -> str:
    """Return a text with the values of what stands in it as ``$1`` or ``%{NAME}``."""
    return re.sub(r"\$(\d)|%\{([^}]+)\}", lambda found: variables[found[1] or found[2]], text)


def reached(site: Path, address: str, accept: str) -> bool:
    """Say whether the rules lead an address below the base to a file of a site, or to the live service."""
    path, _, query = address.partition("?")
    target = follow(STATIC, path, accept, query=query)[1]
    return target == "/" or target.startswith(LIVE) or (site / target.removeprefix("/")).is_file()


def lost(site: Path, files: Iterable[Path], live: str) -> set[str]:
    """Return the addresses below the base or a live service, of those that files name, that not everybody reaches."""
    address = re.compile(f"(?:{re.escape(BASE)}|{re.escape(live)}/)([^\\s\"'<>#&\\\\]*)")
    named = {unquote(found) for each in files for found in address.findall(each.read_text(encoding="utf-8"))}
    assert len(named) > 100
    return {each for each in named if not all(reached(site, each, accept) for accept in ACCEPTED)}


@pytest.mark.parametrize(
    "path", ["", "incident/FI-9001", "record/FI-9001.ttl", "questions/sparql", "context/v1.jsonld", "mode"]
)
def test_a_host_that_negotiates_gets_every_address_as_it_is(path: str) -> None:
    """Whatever is accepted, the path is the same."""
    assert {(302, f"/{path}")} == {follow(".htaccess", path, accept) for accept in (BROWSER, "text/turtle", "")}


@pytest.mark.parametrize(("file", "host"), [(".htaccess", ""), (STATIC, LIVE)])
@pytest.mark.parametrize("path", ["sparql", "sparql/"])
@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_the_endpoint_keeps_the_method(file: str, host: str, path: str, method: str) -> None:
    """307 and not 302, which makes a GET without a query of a POST: the service description for an answer."""
    assert (307, f"{host}/{path}") == follow(file, path, "application/sparql-results+json", method)


class _Redirecting(http.server.BaseHTTPRequestHandler):
    """The rules of a file at the root, and below /there all hosts to which they lead, which say what they were sent."""

    file = ".htaccess"

    def do_GET(self) -> None:
        """Send what the rules say, or what came here."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.removeprefix("/").partition("?")
        there = path.startswith("there/")
        accept = self.headers.get("Accept", "")
        status, target = (200, "") if there else follow(self.file, path, accept, self.command, query)
        said = f"{self.command} {self.path} ".encode() + body if there else b""
        self.send_response(status)
        self.send_header("Location", f"/there{target.removeprefix(LIVE)}" + (f"?{query}" if query else ""))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self) -> None:
        """Do the same."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the parent class
        """Write no line."""


@pytest.mark.parametrize("file", [".htaccess", STATIC])
def test_a_query_that_is_posted_arrives(file: str) -> None:
    """A client that follows redirects as HTTP says brings method and body to the endpoint."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed: nothing follows the redirect")
    handler = type("Handler", (_Redirecting,), {"file": file})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in ("sparql", "sparql/"):
            address = f"http://127.0.0.1:{server.server_port}/{path}"
            command = [curl, "-sL", "--noproxy", "*", "--data-urlencode", "query=ASK{}", address]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            assert f"POST /there/{path} query=ASK%7B%7D" == done.stdout
        server.shutdown()


CASES = [
    ("incident/FI-9001", "text/turtle", 303, "/record/FI-9001.ttl"),
    ("incident/FI-9001", BROWSER, 303, "/record/FI-9001.html"),
    ("incident/contoso-triage-scores-biased", "text/turtle", 303, "/record/contoso-triage-scores-biased.ttl"),
    ("incident/AIID-9001", "application/ld+json", 303, "/doc/incident/AIID-9001.jsonld"),
    ("organisation/northwind-group", "application/rdf+xml", 303, "/doc/organisation/northwind-group.rdf"),
    ("record/FI-9001", "application/n-triples", 303, "/record/FI-9001.nt"),
    ("record/FI-9001", "", 303, "/record/FI-9001.ttl"),
    ("record/FI-9001", "text/html, text/turtle;q=0.5", 303, "/record/FI-9001.ttl"),
    ("record/FI-9001.html", "text/turtle", 302, "/record/FI-9001.html"),
    ("ontology", "text/turtle", 303, "/ontology.ttl"),
    ("ontology/0.1.0", BROWSER, 303, "/ontology.html"),
    ("context/v1.jsonld", "application/ld+json", 302, "/context/v1.jsonld"),
    ("record/FI-9001", "application/n-quads", 303, "/record/FI-9001.nq"),
    ("record/FI-9001.csl.json", "text/turtle", 302, "/record/FI-9001.csl.json"),
    ("records", "text/turtle", 302, "/incidents.html"),
    ("incidents", "application/rdf+xml", 303, "/incidents.rdf"),
    ("feeds/new.atom", "text/turtle", 302, "/feeds/new.atom"),
    (".well-known/void", "application/ld+json", 303, "/graph/void.jsonld"),
    (".well-known/void", BROWSER, 303, "/graph/void.html"),
    (".well-known/security.txt", "", 302, "/.well-known/security.txt"),
    ("", BROWSER, 302, "/"),
]


@pytest.mark.parametrize(("path", "accept", "status", "target"), CASES)
def test_a_host_of_files_gets_the_address_of_a_file(
    corpus_service: Service, path: str, accept: str, status: int, target: str
) -> None:
    """The format is chosen by the rules, RDF first, and the file is one that the server has too."""
    assert (status, target) == follow(STATIC, path, accept)
    assert 200 == asyncio.run(ask(corpus_service, target, "text/html")).status


def test_the_context_without_a_version_is_a_file() -> None:
    """What a server leads to the newest version, a host of files has as a copy of it."""
    addresses = ("context", "context/", "context.jsonld")
    assert {(302, "/context.jsonld")} == {follow(STATIC, each, "application/ld+json") for each in addresses}


@pytest.mark.parametrize("accept", ["text/turtle", "*/*", "", BROWSER])
@pytest.mark.parametrize("path", ["data", "questions", "missing", "sparql", "mode/hallucination", "step/no-review"])
def test_a_page_of_which_there_is_no_rdf_is_a_page_for_everybody(path: str, accept: str) -> None:
    """An export has one file for it."""
    assert (302, f"/{path}.html") == follow(STATIC, path, accept)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("sparql", "query=ASK%7B%7D"),
        ("incidents", "q=court"),
        ("incidents.csv", "mode=hallucination"),
        ("questions/organisation-profile", "organisation=meta"),
        ("questions/organisation-profile.csv", "organisation=meta"),
        ("rdf-graphs", "default"),
        ("openapi.json", ""),
        ("health", ""),
        (".well-known/sparql-examples/", ""),
    ],
)
def test_what_only_a_server_answers_is_led_to_one(path: str, query: str) -> None:
    """No file stands for it; the server keeps the query, which mod_rewrite hands on."""
    assert (307, f"{LIVE}/{path}") == follow(STATIC, path, BROWSER, query=query)


def test_every_kind_of_thing_and_every_scheme_is_led_to_its_document() -> None:
    """A kind that is added to the graph is added to the rules."""
    wrong = {
        kind: follow(STATIC, f"{kind}/x", "text/turtle")[1]
        for kind in THINGS
        if follow(STATIC, f"{kind}/x", "text/turtle")[1] not in (f"/doc/{kind}/x.ttl", "/record/x.ttl")
    }
    assert {} == wrong
    assert {f"/{name}.ttl" for name in SCHEMES} == {follow(STATIC, name, "text/turtle")[1] for name in SCHEMES}
