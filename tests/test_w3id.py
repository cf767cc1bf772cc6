"""The redirect rules for w3id: each address leads to one that answers, RDF before pages, and nothing is lost."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from failuregraph.names import SCHEMES, THINGS
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask

RULES = Path(__file__).parent.parent / "deploy" / "w3id"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HOST = "https://HOST"


def follow(file: str, path: str, accept: str) -> tuple[int, str]:
    """Return status and target as mod_rewrite finds them: conditions, variables, back references, the flag L."""
    variables, conditions = {"HTTP_ACCEPT": accept, "ENV:DOCUMENT": ""}, []
    for line in (RULES / file).read_text(encoding="utf-8").splitlines():
        name, *words = line.split()[:4] or [""]
        if name == "RewriteCond":
            conditions.append(re.search(words[1], _filled(words[0], variables), re.IGNORECASE) is not None)
        if name != "RewriteRule":
            continue
        found, whole = re.search(words[0], path), all(conditions)
        conditions = []
        if not (found and whole):
            continue
        flags = words[2].strip("[]").split(",")
        groups = {f"${number}": value for number, value in enumerate(found.groups(), 1)}
        for flag in flags:
            if flag.startswith("E="):
                key, _, value = flag[2:].partition(":")
                variables[f"ENV:{key}"] = _replaced(value, groups)
        if "L" in flags:
            status = next(int(flag[2:]) for flag in flags if flag.startswith("R="))
            return status, _replaced(_filled(words[1], variables), groups).removeprefix(HOST)
    return 0, ""


def _filled(text: str, variables: dict[str, str]) -> str:
    return re.sub(r"%\{([^}]+)\}", lambda found: variables[found[1]], text)


def _replaced(text: str, groups: dict[str, str]) -> str:
    return re.sub(r"\$\d", lambda found: groups[found[0]], text)


@pytest.mark.parametrize("path", ["", "incident/FI-9001", "record/FI-9001.ttl", "sparql", "context/v1.jsonld", "mode"])
def test_a_host_that_negotiates_gets_every_address_as_it_is(path: str) -> None:
    """Whatever is accepted, the path is the same."""
    assert {(302, f"/{path}")} == {follow(".htaccess", path, accept) for accept in (BROWSER, "text/turtle", "")}


STATIC = [
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
    ("", BROWSER, 302, "/"),
]


@pytest.mark.parametrize(("path", "accept", "status", "target"), STATIC)
def test_a_host_of_files_gets_the_address_of_a_file(
    corpus_service: Service, path: str, accept: str, status: int, target: str
) -> None:
    """The format is chosen by the rules, RDF first, and the file is one that the server has too."""
    assert (status, target) == follow("static.htaccess", path, accept)
    assert 200 == asyncio.run(ask(corpus_service, target, "text/html")).status


def test_every_kind_of_thing_and_every_scheme_is_led_to_its_document() -> None:
    """A kind that is added to the graph is added to the rules."""
    wrong = {
        kind: follow("static.htaccess", f"{kind}/x", "text/turtle")[1]
        for kind in THINGS
        if follow("static.htaccess", f"{kind}/x", "text/turtle")[1] not in (f"/doc/{kind}/x.ttl", "/record/x.ttl")
    }
    assert {} == wrong
    assert {f"/{name}.ttl" for name in SCHEMES} == {
        follow("static.htaccess", name, "text/turtle")[1] for name in SCHEMES
    }
