"""The examination of endpoints: ours keeps every point, and a lacking one loses those that it should."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from lacking import lacking
from live import Server, free_port

from failuregraph.build import Release, build
from failuregraph.catalog.saying import DATASET, VOID, iri
from failuregraph.cli.root import root
from failuregraph.errors import RemoteFailed, WrongUse
from failuregraph.project import Project
from failuregraph.quality.client import Client
from failuregraph.quality.content import partitions
from failuregraph.quality.examining import examine

Change = Callable[[list[ox.Quad]], list[ox.Quad]]


@pytest.fixture(scope="module")
def release(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the ten-incident project."""
    return build(corpus, tmp_path_factory.mktemp("release"))


def test_our_endpoint_has_full_marks(server: Server) -> None:
    """No aspect loses a point, and each has some."""
    found = examine(server.url + "/sparql")
    assert {} == {each.name: each.lost for each in found if each.lost}
    assert 13 == len([each.name for each in found if each.points > 1])


def test_a_lacking_endpoint_loses_what_it_lacks() -> None:
    """Answers as JSON and nothing else: every aspect says what is missing."""
    with lacking([]) as endpoint:
        lost = {each.name: each.lost for each in examine(endpoint)}
    assert {
        "a query as the body of a POST is not answered",
        "HEAD does not answer with the headers of GET",
        "OPTIONS does not say what is allowed",
        "a query that does not parse is not refused with 400",
    } <= set(lost["requests"])
    assert "a SELECT does not come as text/csv" in lost["formats"]
    assert "a CONSTRUCT does not come as text/turtle" in lost["formats"]
    assert "what cannot be had is not refused with 406" in lost["formats"]
    assert 4 == len(lost["cors"])
    assert 3 == len(lost["caching"])
    assert {"an update as the body of a POST is not refused", "an update by a form is not refused"} <= set(
        lost["updates"]
    )
    assert ["there is no service description at the endpoint"] == lost["service description"]
    assert "/.well-known/void leads to no VoID description" in lost["void"]
    assert ["VoID has no class partitions that can be queried"] == lost["partitions"]
    assert "no data set states dcterms:modified" in lost["dates"]
    assert 2 == len(lost["licences"])
    assert "no dcat:Dataset has a distribution" in lost["catalogue"]
    assert ["no class is declared"] == lost["terms"]
    assert "no prefix is declared with sh:declare" in lost["prefixes and examples"]


def test_the_content_alone_keeps_its_points(release: Release) -> None:
    """The same server on our store loses nothing where only the content is asked for."""
    with lacking(list(release.store().inner)) as endpoint:
        lost = {each.name: each.lost for each in examine(endpoint)}
    whole = ("partitions", "dates", "catalogue", "terms", "prefixes and examples")
    assert {} == {name: lost[name] for name in whole if lost[name]}
    assert lost["licences"] == ["the service description lists no named graphs, so they have no licence"]


def _more(quads: list[ox.Quad]) -> list[ox.Quad]:
    """Return the statements with one incident more in a graph that is counted."""
    made = next(
        quad for quad in quads if str(quad.object) == f"<{iri('fg:Incident')}>" and "record/" in str(quad.graph_name)
    )
    return [*quads, ox.Quad(ox.NamedNode("x:incident"), made.predicate, made.object, made.graph_name)]


def _without(short: str) -> Change:
    gone = ox.NamedNode(iri(short))
    return lambda quads: [quad for quad in quads if quad.predicate != gone]


def _undated(quads: list[ox.Quad]) -> list[ox.Quad]:
    day = ox.Literal("2999-01-01", datatype=ox.NamedNode(iri("xsd:date")))
    node, name, graph = ox.NamedNode(DATASET), ox.NamedNode(iri("dcterms:modified")), ox.NamedNode(VOID)
    return [*quads, ox.Quad(node, name, day, graph)]


def _unrunnable(quads: list[ox.Quad]) -> list[ox.Quad]:
    text = ox.NamedNode(iri("sh:select"))
    return [
        ox.Quad(q.subject, q.predicate, ox.Literal("SELECT"), q.graph_name) if q.predicate == text else q for q in quads
    ]


@pytest.mark.parametrize(
    ("aspect", "change", "says"),
    [
        (
            "partitions",
            _more,
            "class partitions differ from a COUNT, <https://w3id.org/failuregraph/ontology#Incident>",
        ),
        ("partitions", _without("void:propertyPartition"), "no property partitions"),
        ("dates", _undated, "lie in the future"),
        ("catalogue", _without("spdx:checksum"), "lacks licence, media type, size or checksum"),
        ("catalogue", _without("dcat:endpointURL"), "no dcat:DataService"),
        ("terms", _without("skos:definition"), "classes have no definition"),
        ("prefixes and examples", _without("sh:namespace"), "no prefix is declared"),
        ("prefixes and examples", _unrunnable, "3 of 3 examples do not run"),
    ],
)
def test_one_fault_in_the_content_is_found(release: Release, aspect: str, change: Change, says: str) -> None:
    """A store that differs by one fault loses the point of that fault."""
    with lacking(change(list(release.store().inner))) as endpoint:
        lost = {each.name: each.lost for each in examine(endpoint)}[aspect]
    assert any(says in reason for reason in lost), lost


def test_partitions_of_a_store_without_named_graphs_count_the_default_graph() -> None:
    """Where no subset of the data set is a named graph, the whole endpoint is counted."""
    void = "http://rdfs.org/ns/void#"
    text = f"""<x:d> <{void}classPartition> <x:p> ; <{void}triples> 7 ; <{void}propertyPartition> <x:q> .
    <x:p> <{void}class> <x:C> ; <{void}entities> 1 . <x:i> a <x:C> .
    <x:q> <{void}property> <{void}class> ; <{void}triples> 2 ."""
    quads = [*ox.parse(text, format=ox.RdfFormat.TURTLE)]
    named = [ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode("x:g")) for quad in quads]
    with lacking(named) as endpoint:
        lost = partitions(Client(endpoint)).lost
    assert "1 property partitions differ from a COUNT, <http://rdfs.org/ns/void#class> among them" in lost
    assert not any("class partitions differ" in reason for reason in lost)


def test_an_endpoint_that_is_dead_is_one_sentence() -> None:
    """Nothing listens, something else answers, or it is no address."""
    with pytest.raises(RemoteFailed, match=r"no answer .* is the server running\?"):
        examine(f"http://127.0.0.1:{free_port()}/sparql")
    with pytest.raises(WrongUse, match="not the address of an endpoint"):
        examine("file:///etc/hosts")


def test_a_page_is_no_endpoint(server: Server) -> None:
    """An address that answers with something else is told from an endpoint."""
    with pytest.raises(RemoteFailed, match="is this the address of an endpoint"):
        examine(server.url + "/incidents")


def test_the_command_prints_points_and_ends_with_what_it_found(server: Server) -> None:
    """0 for full marks, 1 below, 4 for a dead endpoint; the reason of each lost point is a line."""
    runner = CliRunner()
    done = runner.invoke(root, ["doctor", "--endpoint", server.url + "/sparql", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert 0 == done.exit_code
    assert {""} == {row["lost"] for row in rows}
    assert all(row["points"] == row["of"] for row in rows)
    with lacking([]) as endpoint:
        done = runner.invoke(root, ["doctor", "--endpoint", endpoint, "--format", "csv"])
    assert 1 == done.exit_code
    assert "terms,0,1,no class is declared" in done.stdout
    dead = [sys.executable, "-m", "failuregraph", "doctor", "--endpoint", f"http://127.0.0.1:{free_port()}/sparql"]
    ended = subprocess.run(dead, capture_output=True, text=True, check=False)
    assert (4, "", 1) == (ended.returncode, ended.stdout, len(ended.stderr.splitlines()))
