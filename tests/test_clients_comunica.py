"""Comunica, which asks for the service description first, gets right answers; slow, as npm has to install it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import rdflib
from live import Server

from failuregraph.names import FG

#: The last version that runs on Node.js 18 and 20.
PACKAGE = "@comunica/query-sparql@4"
PREFIX = f"PREFIX fg: <{FG}> "
#: Nine of the ten incidents of the corpus have a failure mode.
EXPECTED = 9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def comunica(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program, installed into a folder of this session; skip where that cannot be done."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: Comunica cannot be tried")
    folder = tmp_path_factory.mktemp("comunica")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE} here: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "node_modules" / ".bin" / "comunica-sparql"


def _asked(comunica: Path, query: str, form: str, *sources: str) -> str:
    command = [str(comunica), *sources, "-q", PREFIX + query, "-t", form]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_comunica_gets_rows(comunica: Path, server: Server) -> None:
    """It finds out by itself that this is an endpoint, and sends the whole query."""
    query = "SELECT ?incident ?mode WHERE { ?incident a fg:Incident ; fg:failureMode ?mode }"
    found = json.loads(_asked(comunica, query, "application/sparql-results+json", f"{server.url}/sparql"))
    assert EXPECTED == len(found["results"]["bindings"])


def test_comunica_gets_a_graph(comunica: Path, server: Server) -> None:
    """CONSTRUCT gives the statements."""
    query = "CONSTRUCT { ?incident fg:failureMode ?mode } WHERE { ?incident a fg:Incident ; fg:failureMode ?mode }"
    text = _asked(comunica, query, "application/n-triples", f"{server.url}/sparql")
    assert EXPECTED == len(rdflib.Graph().parse(data=text, format="nt"))


def test_comunica_asks(comunica: Path, server: Server) -> None:
    """ASK is true where there is such a statement, and false where there is none."""
    for query, truth in (("ASK { ?s a fg:Incident }", "true"), ("ASK { ?s a fg:Nothing }", "false")):
        assert truth == _asked(comunica, query, "simple", f"{server.url}/sparql").strip()


def test_comunica_joins_an_endpoint_and_a_document(comunica: Path, server: Server) -> None:
    """Statements of one record, read as a document, are joined with those of the endpoint."""
    topic = "<http://xmlns.com/foaf/0.1/primaryTopic>"
    query = f"SELECT ?mode WHERE {{ ?record {topic} ?incident . ?incident fg:failureMode ?mode }}"
    sources = (f"{server.url}/record/FI-9001.ttl", f"{server.url}/sparql")
    found = json.loads(_asked(comunica, query, "application/sparql-results+json", *sources))
    assert found["results"]["bindings"]
