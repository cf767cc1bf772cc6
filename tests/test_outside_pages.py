"""Documents without a page of their own kind: titles, tables, releases, and what terms of others are called."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from pagetext import PageText, read

from failuregraph.names import BASE, NAMESPACES
from failuregraph.pages.document import Document
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site, _named_by_shapes
from failuregraph.pages.things.tables import MOST, foreign_labels, mapped, paired, scheme_of, subjects
from failuregraph.pages.things.thing import thing
from failuregraph.pages.things.vocabulary import OUTSIDE

#: The vocabularies of which every property that a page shows has a name in the table.
NAMED = ("dcat", "dcterms", "foaf", "owl", "prov", "rdf", "rdfs", "skos", "spdx", "void")
_MAPPING = """
<#a> a fg:Mapping ; owl:annotatedProperty skos:broadMatch ; rdfs:comment "wide"@en ;
  owl:annotatedSource <https://w3id.org/failuregraph/scheme/x#t> ; fg:subjectLabel "Tale"@en ;
  owl:annotatedTarget mode:hallucination ; fg:mappingConfidence 0.7 ;
  fg:justification "semapv:LLMBasedMatching" .
<#b> a fg:Mapping ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedSource fg:Place ;
  owl:annotatedTarget dcterms:Location ; fg:objectLabel "Location"@en ; fg:justification "semapv:LLMBasedMatching" .
<https://w3id.org/failuregraph/scheme/x#t> skos:notation "T1" .
"""


def _page(site: Site, path: str) -> PageText:
    return read(_html(site, path))


def _html(site: Site, path: str) -> str:
    return bytes(Templates(site.release.identifier).page("thing.html", thing(site, path)).body).decode()


def _doc(text: str, labels: dict[str, str] | None = None) -> Document:
    prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in NAMESPACES.items())
    quads = ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE, base_iri=BASE + "graph/alignments/x")
    return Document((quad.triple for quad in quads), labels or {})


def _plain(site: Site) -> list[str]:
    """Return the paths of graphs, outside schemes and releases."""
    paths = (name.removeprefix(BASE) for name in site.graphs)
    return sorted(path for path in paths if path.startswith(("graph/", "scheme/", "release/")))


# What terms of others are called


def test_terms_of_others_are_called_by_the_table(real_site: Site) -> None:
    """A shape that names skos:closeMatch for organisations does not name it for a mapping of severities."""
    assert "close match" == real_site.labels[NAMESPACES["skos"] + "closeMatch"]
    assert "title" == real_site.labels[NAMESPACES["dcterms"] + "title"]
    assert "version" == real_site.labels[NAMESPACES["owl"] + "versionInfo"]
    for path in _plain(real_site):
        page = _page(real_site, path)
        assert "page in a registry" not in page.text, path
        assert "file name" not in page.text, path


def test_every_shown_property_of_the_vocabularies_has_a_name(real_site: Site) -> None:
    """No page of a graph, scheme, release or thing shows a prefixed name of a vocabulary that the table is for."""
    shown = {
        triple.predicate.value
        for name, triples in real_site.graphs.items()
        if name.startswith((BASE + "graph/", BASE + "scheme/", BASE + "release/", BASE + "doc/"))
        for triple in triples
    }
    spaces = tuple(NAMESPACES[prefix] for prefix in NAMED)
    assert [] == sorted(name for name in shown if name.startswith(spaces) and name not in OUTSIDE)


def test_shapes_name_a_property_only_where_they_agree() -> None:
    """Two shapes with two names for one property give it none."""
    sh = NAMESPACES["sh"]
    told = [("a", "p", "one"), ("b", "p", "two"), ("c", "q", "three"), ("d", "q", "three")]
    triples = []
    for shape, path, name in told:
        subject = ox.NamedNode(f"https://example.org/{shape}")
        triples.append(ox.Triple(subject, ox.NamedNode(sh + "path"), ox.NamedNode(f"https://example.org/{path}")))
        triples.append(ox.Triple(subject, ox.NamedNode(sh + "name"), ox.Literal(name)))
    assert {"https://example.org/q": "three"} == _named_by_shapes(triples)


# Titles


def test_every_document_has_a_title_and_a_sentence(real_site: Site) -> None:
    """No first heading is an address, no heading below it either, and a sentence says what the document holds."""
    for path in _plain(real_site):
        page = _page(real_site, path)
        headings = [text for _, text in page.headings]
        assert [1] == [level for level, _ in page.headings if level == 1], path
        assert [] == [text for text in headings if "://" in text or text in (path, BASE + path)], path
        assert thing(real_site, path).outline.sentence, path


def test_addresses_may_break_after_a_slash(real_site: Site) -> None:
    """An address that is shown has places to break, so that it breaks in no word."""
    assert "creativecommons.org/<wbr>licenses/<wbr>by/<wbr>" in _html(real_site, "graph/dcat")


# Tables


def test_a_mapping_is_a_row_read_from_their_side() -> None:
    """Theirs, how it stands to ours, ours, the confidence and the remark; a statement of ours is turned."""
    labels = {NAMESPACES["mode"] + "hallucination": "Hallucination", NAMESPACES["fg"] + "Place": "Place"}
    doc = _doc(_MAPPING, labels)
    graph = {BASE + "graph/alignments/x": [quad.triple for quad in _quads(_MAPPING)]}
    pairs = mapped(doc, "graph/alignments/x", foreign_labels(graph))
    assert pairs
    told = [(each.anchor, each.first.text, each.said, each.second and each.second.text) for each in pairs.rows]
    assert [
        ("b", "Location (dcterms:Location)", "is a wider class than", "Place"),
        ("a", "Tale", "is narrower than", "Hallucination"),
    ] == told
    assert ["", "Wide."] == [each.note for each in pairs.rows]
    assert ["", "0.7"] == [each.confidence for each in pairs.rows]
    assert "Stated and found by a language model." == pairs.common
    assert ["/scheme/x"] == [each.href for each in pairs.besides]


def _quads(text: str) -> list[ox.Quad]:
    prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in NAMESPACES.items())
    return list(ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE, base_iri=BASE + "graph/alignments/x"))


def test_mappings_of_the_real_graph_are_tables(real_site: Site) -> None:
    """Each graph of mappings or links is one table with as many rows as it has mappings, each at its anchor."""
    for path in _plain(real_site):
        if path.startswith("graph/alignments/") or path == "graph/links/events":
            names = {name for name in Document(real_site.graphs[BASE + path], {}).subjects if path in name}
            page = _page(real_site, path)
            assert {each.partition("#")[2] for each in names} <= set(page.ids), path
            assert thing(real_site, path).pairs, path
    row = next(row for row in _page(real_site, "graph/alignments/aiid").rows if "critical" in row[0])
    assert ["is close to", "Catastrophic", "0.8"] == row[1:4]


def test_a_graph_of_one_property_is_a_table() -> None:
    """Two columns, the first with what the property is of; a graph with more properties is none."""
    pairs = paired(
        _doc("<https://e.org/n> fg:partyKind partykind:group .", {NAMESPACES["partykind"] + "group": "Group"})
    )
    assert pairs
    assert [("https://e.org/n", "Group")] == [
        (each.first.text, each.second and each.second.text) for each in pairs.rows
    ]
    assert paired(_doc('<https://e.org/n> fg:partyKind partykind:group ; rdfs:comment "x" .')) is None


def test_a_scheme_of_others_lists_its_concepts_with_and_without_a_match() -> None:
    """A concept with two matches has two rows and one anchor; what else is told of it stands in its note."""
    text = """<https://w3id.org/failuregraph/scheme/x#t> skos:notation "T1" ; skos:prefLabel "Tale"@en ;
      skos:definition "A tale."@en ; skos:closeMatch mode:hallucination ; skos:relatedMatch step:no-source-check .
    <https://w3id.org/failuregraph/scheme/x#no-match> skos:inScheme <https://w3id.org/failuregraph/scheme/x> ."""
    pairs = scheme_of(_doc(text), BASE + "scheme/x", {})
    assert [("no-match", "no match", ""), ("t", "T1: Tale", "is close to"), ("", "T1: Tale", "is related to")] == [
        (each.anchor, each.first.text, each.said) for each in pairs.rows
    ]
    assert ["", "skos:definition: A tale.", ""] == [each.note for each in pairs.rows]


# What is cut


def test_a_large_graph_is_cut_and_says_so(real_site: Site) -> None:
    """The description of the graph has thousands of statements; its page has a few hundred and leads to the Turtle."""
    body = _html(real_site, "graph/void")
    assert len(body.encode()) < 300_000
    page, view = read(body), thing(real_site, "graph/void")
    assert view.shown < 2 * MOST < view.statements
    assert f"The first {view.shown:,} of {view.statements:,} statements" in page.text
    assert "/graph/void.ttl" in page.links


def test_no_link_leads_to_what_was_cut(real_site: Site) -> None:
    """Every link to a part of the same page has its anchor there."""
    for path in _plain(real_site):
        page = _page(real_site, path)
        inside = {each.partition("#")[2] for each in page.links if each.startswith(f"/{path}#")}
        assert inside <= set(page.ids), path


def test_a_small_graph_is_whole(real_site: Site) -> None:
    """The catalogue shows every statement, but for the ends of long texts."""
    view = thing(real_site, "graph/dcat")
    assert 0 == view.shown
    assert not view.shortened
    assert thing(real_site, "graph/questions").shortened
    assert view.statements == sum(len(line.values) for each in view.subjects for line in each.lines)


def test_values_of_one_property_are_cut_alone() -> None:
    """Of many values of a property a dozen are shown, and the rest is counted."""
    many = ", ".join(f"<https://e.org/{number}>" for number in range(20))
    (subject,) = subjects(_doc(f"<https://e.org/s> rdfs:seeAlso {many} ."), "https://e.org/s", "graph/x")
    assert [(12, 8)] == [(len(line.values), line.more) for line in subject.lines]


# Releases


def test_a_release_is_told_to_people(real_site: Site) -> None:
    """Date, every file with size, licence and a link, the checksums, and how to cite it; no raw statement."""
    identifier = real_site.release.identifier
    page = _page(real_site, f"release/{identifier}")
    files = real_site.release.manifest["files"]
    shown = {row[0]: row for row in page.rows}
    dumps = [name for name in files if name in shown]
    assert {"failuregraph.nq", "incidents.csv"} <= set(dumps)
    for name in dumps:
        assert f"/dumps/{identifier}/{name}" in page.links
        assert files[name]["sha256"] in page.text
        assert "CC BY 4.0" == shown[name][4]
    assert shown["incidents.csv"][2].endswith(" kB")
    assert ("2026", "November") <= (page.times[0][0][:4], page.times[0][1].split()[1])
    assert f"Release {identifier}" in page.text
    assert "Cite" in [text for _, text in page.headings]
    for raw in ("rdf:type", "checksumValue", "id.loc.gov", "size in bytes"):
        assert raw not in page.text


@pytest.mark.parametrize(("path", "start"), [("graph/alignments/new", "Mappings to new"), ("graph/news", "graph/news")])
def test_a_document_that_nobody_foresaw_has_a_title(real_site: Site, path: str, start: str) -> None:
    """A graph of a project of one's own is called by its address, shortened."""
    real_site.graphs[BASE + path] = []
    try:
        assert start == thing(real_site, path).title
    finally:
        del real_site.graphs[BASE + path]
