"""Pages of things and concepts: every one renders, every link leads somewhere, and every count is that of the dump."""

from __future__ import annotations

import json
import re

import pytest
from rendered import Dump, Pages

from failuregraph.build import build
from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE, SCHEMES
from failuregraph.pages.panels import panel
from failuregraph.pages.things.concepts import concept_page, concepts_of, scheme_page
from failuregraph.pages.things.counting import FEW, percent
from failuregraph.pages.things.organisations import organisation_page
from failuregraph.pages.things.publishers import publisher_page
from failuregraph.pages.things.systems import control_page, system_page
from failuregraph.pages.views import document
from failuregraph.project import Project

KINDS = ("organisation", "publisher", "system", "control", "registry", "party")
#: Scheme → the property by which incidents use its concepts.
USED = {
    "mode": "fg:failureMode",
    "surface": "fg:surface",
    "severity": "fg:severity",
    "industry": "fg:industry",
    "step": "fg:stepConcept",
    "role": "fg:role",
    "source-type": "fg:sourceType",
}


@pytest.fixture(scope="module", params=["repository", "corpus", "together"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pages, Dump]:
    """Return the pages and the dump of the real graph, of ten incidents, and of these with five more registries."""
    project: Project = request.getfixturevalue(request.param)
    built = build(project, tmp_path_factory.mktemp(request.param))
    return Pages(built, project), Dump(built)


def test_every_page_of_a_thing_has_its_bones(release: tuple[Pages, Dump]) -> None:
    """A title, one first heading with the name of the thing, no heading skipped, each anchor once, no inline style."""
    pages, _ = release
    faults = {path: page.faults for path in pages.things(*KINDS) if (page := pages.page(path)).faults}
    assert {} == faults
    names = {path: pages.page(path).headings[0][1] for path in pages.things("organisation", "publisher")}
    assert {path: pages.site.labels[BASE + path.removeprefix("doc/")] for path in names} == names


def test_every_link_of_a_thing_leads_somewhere(release: tuple[Pages, Dump]) -> None:
    """No page of a thing has a link that nothing on this host answers."""
    pages, _ = release
    assert {} == {path: found for path in pages.things(*KINDS) if (found := pages.astray(path))}


def test_every_concept_has_a_page_with_its_bones_and_its_links(release: tuple[Pages, Dump]) -> None:
    """Each concept of each scheme has a page at scheme and local name; none has a fault or a link astray."""
    pages, dump = release
    inside = {s for s, o in dump.pairs("skos:inScheme") if o.removeprefix(BASE) in SCHEMES}
    assert {each.removeprefix(BASE).replace("#", "/") for each in inside} == set(pages.concepts())
    faults = {path: [*pages.page(path).faults, *pages.astray(path)] for path in pages.concepts()}
    assert {} == {path: found for path, found in faults.items() if found}


def test_schemes_tell_of_each_concept_at_its_local_name(release: tuple[Pages, Dump]) -> None:
    """Every subject of a scheme with a hash is an anchor of its page, which leads to the pages of the concepts."""
    pages, dump = release
    for scheme in SCHEMES:
        subjects = {s for s, _, _ in dump.graphs[BASE + scheme] if "#" in s}
        page = pages.page(scheme)
        assert set() == {each.partition("#")[2] for each in subjects} - set(page.anchors)
        assert [] == page.faults + pages.astray(scheme)
        assert {f"/{scheme}/{local}" for local in concepts_of(pages.site, scheme)} <= set(page.links)


def test_a_scheme_says_all_that_its_document_says(release: tuple[Pages, Dump]) -> None:
    """No text of the document of a scheme is missing from its page, nor an outside address."""
    pages, dump = release
    for scheme in SCHEMES:
        page, statements = pages.page(scheme), dump.graphs[BASE + scheme]
        texts = {o for _, p, o in statements if not o.startswith("http") and not p.endswith("#order")}
        assert [] == sorted(each for each in texts if " ".join(each.split()) not in page.text), scheme
        named = (RDF_TYPE, NAMESPACES["skos"] + "inScheme", NAMESPACES["skos"] + "topConceptOf")
        outside = {o for _, p, o in statements if o.startswith("http") and p not in named and not o.startswith(BASE)}
        assert outside <= set(page.links), scheme


def test_a_thing_says_all_that_its_document_says(release: tuple[Pages, Dump]) -> None:
    """No text and no outside address of the document of a thing is missing from its page."""
    pages, dump = release
    for path in pages.things("organisation", "publisher", "system", "control", "registry"):
        page, statements = pages.page(path), dump.graphs[BASE + path]
        texts = {o for _, _, o in statements if not o.startswith("http")}
        assert [] == sorted(each for each in texts if " ".join(each.split()) not in page.text), path
        outside = {o for _, p, o in statements if o.startswith("http") and not o.startswith(BASE) and p != RDF_TYPE}
        assert outside <= set(page.links), path


def test_schemes_are_marked_up_as_sets_of_terms(release: tuple[Pages, Dump]) -> None:
    """The data block of a scheme's page has one defined term for each concept."""
    pages, _ = release
    for scheme in SCHEMES:
        blocks = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', pages.ask(f"/{scheme}")[2], re.DOTALL
        )
        (found,) = (json.loads(each) for each in blocks)
        assert "DefinedTermSet" == found["@type"]
        assert list(concepts_of(pages.site, scheme)) == [term["termCode"] for term in found.get("hasDefinedTerm", [])]


@pytest.mark.parametrize("scheme", USED)
def test_counts_of_concepts_are_those_of_the_dump(release: tuple[Pages, Dump], scheme: str) -> None:
    """A concept counts the incidents that have it or what is narrower, out of all, and says how many have none."""
    pages, dump = release
    everything, valued = dump.incidents(), dump.using(USED[scheme])
    for local in concepts_of(pages.site, scheme):
        view = concept_page(pages.site, scheme, local)
        family = dump.below("skos:broader", view.iri)
        expected = dump.using(USED[scheme], *family)
        label = pages.site.labels[FG + USED[scheme].removeprefix("fg:")]
        shown = next((use for use in view.uses if use.name == label), None)
        assert len(expected) == (shown.count if shown else 0), local
        if shown:
            unknown = len(everything - valued)
            assert (len(everything), unknown) == (shown.all, shown.unknown)
            words = f"{shown.count} of {shown.all} {percent(shown.count, shown.all)}"
            text = pages.page(f"{scheme}/{local}").text
            assert words in text
            assert f"{unknown} ({percent(unknown, len(everything))})" in text


def test_the_table_of_a_scheme_says_the_same_as_the_pages(release: tuple[Pages, Dump]) -> None:
    """Own count and count with what is narrower of an entry are those of the dump."""
    pages, dump = release
    for entry in scheme_page(pages.site, "surface").entries:
        iri = NAMESPACES["surface"] + entry.local
        assert len(dump.using("fg:surface", iri)) == entry.incidents
        assert len(dump.using("fg:surface", *dump.below("skos:broader", iri))) == entry.with_narrower


def test_an_organisation_counts_itself_and_its_parts(release: tuple[Pages, Dump]) -> None:
    """How many incidents name it, how many itself, and in how many a role is confirmed."""
    pages, dump = release
    confirmed = {s for s, o in dump.pairs("fg:claimStatus") if o == NAMESPACES["claimstatus"] + "confirmed"}
    live = dump.incidents()
    for path in pages.things("organisation"):
        view = organisation_page(pages.site, path)
        family = dump.below("org:subOrganizationOf", view.head.iri)
        parts = {s for s, o in dump.pairs("fg:organisation") if o in family and s.partition("#")[0] in live}
        named = {each.partition("#")[0] for each in parts}
        itself = dump.using("fg:organisation", view.head.iri)
        sure = {each.partition("#")[0] for each in parts & confirmed}
        assert (len(named), len(itself), len(sure)) == (view.named.total, view.itself, view.confirmed), path
        assert {line.case.iri for line in view.named.lines} <= named


def test_an_organisation_page_says_that_naming_is_a_claim(release: tuple[Pages, Dump]) -> None:
    """Each says so, and each line of its list tells whether the role is alleged or confirmed."""
    pages, _ = release
    for path in pages.things("organisation"):
        assert "To be named is a claim of a record with a status, not a verdict" in pages.page(path).text
        for line in organisation_page(pages.site, path).named.lines:
            assert line.notes
            assert all(note.text.endswith(("alleged", "confirmed", "claim not stated")) for note in line.notes)


def test_a_publisher_lists_every_source_of_its_own(release: tuple[Pages, Dump]) -> None:
    """Its sources, its incidents and those without a date are those of the dump."""
    pages, dump = release
    dated, live = {s for s, _ in dump.pairs("dcterms:issued")}, dump.incidents()
    for path in pages.things("publisher"):
        view = publisher_page(pages.site, path)
        sources = {s for s, o in dump.pairs("fg:publisher") if o == view.head.iri and s.partition("#")[0] in live}
        assert (len(sources), len(sources - dated)) == (len(view.citations), view.undated), path
        assert len({each.partition("#")[0] for each in sources}) == view.incidents
        assert {f"/record/{each.rpartition('/')[2]}" for each in sources} == {each.href for each in view.citations}


def test_a_system_lists_its_incidents(release: tuple[Pages, Dump]) -> None:
    """They are those of the dump."""
    pages, dump = release
    for path in pages.things("system"):
        view = system_page(pages.site, path)
        assert dump.using("fg:system", view.head.iri) == {line.case.iri for line in view.incidents.lines}


def test_a_control_tells_claims_as_claims(release: tuple[Pages, Dump]) -> None:
    """Every claim names who makes it, is an anchor, and stands apart from mitigations that sell nothing."""
    pages, dump = release
    for path in pages.things("control"):
        view = control_page(pages.site, path)
        claims = {s.partition("#")[2] for s, o in dump.pairs("fg:control") if o == view.head.iri}
        assert claims == {claim.anchor for claim in view.claims}
        assert all(claim.maker for claim in view.claims)
        assert claims <= set(pages.page(path).anchors)
        headings = [text for _, text in pages.page(path).headings]
        assert headings.index("What its maker claims") < headings.index("Apart from these claims")
        for claim in view.claims:
            mode = NAMESPACES["mode"] + claim.mode.href.rpartition("/")[2]
            assert len(dump.using("fg:failureMode", mode)) == claim.incidents


def test_shares_of_tallies_are_out_of_the_incidents_of_the_page(release: tuple[Pages, Dump]) -> None:
    """On the page of a mode, each surface counts its incidents of the mode, and those without a surface are told."""
    pages, dump = release
    for local in concepts_of(pages.site, "mode"):
        view = concept_page(pages.site, "mode", local)
        mine = dump.using("fg:failureMode", view.iri)
        surfaces = next(tally for tally in view.tallies if tally.title == "AI surface")
        assert len(mine - dump.using("fg:surface")) == surfaces.unknown
        for share in surfaces.shares:
            iri = NAMESPACES["surface"] + share.name.href.rpartition("/")[2]
            assert (len(mine & dump.using("fg:surface", iri)), len(mine)) == (share.count, share.of)
        if len(mine) >= FEW:
            rest = f" {percent(surfaces.unknown, len(mine))}" if surfaces.shared else ""
            assert f"not known here {surfaces.unknown}{rest}" in pages.page(f"mode/{local}").text


def test_observed_and_profile_steps_stand_apart(release: tuple[Pages, Dump]) -> None:
    """Observed steps of a mode are counted in incidents with an observed path; its profile has no count."""
    pages, dump = release
    for local in concepts_of(pages.site, "mode"):
        view = concept_page(pages.site, "mode", local)
        told = dump.using("fg:failureMode", view.iri) & dump.using("fg:observedStep")
        assert len(told) == view.observed
        for stage in view.stages:
            for share in stage.steps:
                iri = NAMESPACES["step"] + share.name.href.rpartition("/")[2]
                assert (len(told & dump.using("fg:stepConcept", iri)), len(told)) == (share.count, share.of)
        profile = {o for s, o in dump.pairs("fg:profileStep") if s == view.iri}
        assert profile == {f"{NAMESPACES['mode']}{line.anchor}" for line in view.profile}


def test_counts_lead_to_lists_of_as_many(release: tuple[Pages, Dump]) -> None:
    """What a page counts of a mode and links is what the list of incidents finds at that address."""
    pages, _ = release
    for local in concepts_of(pages.site, "mode"):
        view = concept_page(pages.site, "mode", local)
        shares = [share for tally in (*view.tallies, view.organisations) for share in tally.shares if share.href]
        for share in shares[:12]:
            text = pages.page(share.href.removeprefix("/")).text
            assert re.search(rf"\b{share.count} (of \d+ )?(records?|incidents?)\b", text), share.href


def test_a_panel_of_a_thing_has_its_rows_and_says_so(release: tuple[Pages, Dump]) -> None:
    """A panel keeps the rows of one thing, by IRI or label, and says out of how many."""
    pages, _ = release
    whole = pages.site.answer("organisation-responses")
    for path in pages.things("organisation")[:40]:
        iri = BASE + path.removeprefix("doc/")
        mine = [row for row in whole.rows if getattr(row[0], "value", "") == iri]
        shown = panel(pages.site, "organisation-responses", only={"organisation": iri})
        assert len(mine) == len(shown.grid.rows)
        assert shown.only.startswith(f"Of {len(whole.rows)} rows")
    modes = pages.site.answer("severity-by-mode")
    label = pages.site.labels[NAMESPACES["mode"] + "hallucination"]
    shown = panel(pages.site, "severity-by-mode", only={"mode": NAMESPACES["mode"] + "hallucination"})
    assert sum(1 for row in modes.rows if getattr(row[0], "value", "") == label) == len(shown.grid.rows) > 0


def test_an_unknown_concept_is_refused_with_the_nearest(release: tuple[Pages, Dump]) -> None:
    """The refusal is 404 and leads to the concept that may have been meant."""
    pages, _ = release
    status, _, body = pages.ask("/mode/Halucination")
    assert 404 == status
    assert 'href="/mode/hallucination"' in body
    assert 404 == pages.ask("/mode/hallucination/more")[0]


def test_rdf_of_a_concept_is_its_scheme(release: tuple[Pages, Dump]) -> None:
    """A client that asks for Turtle at the page of a concept is led to the document of the scheme."""
    pages, _ = release
    status, headers, _ = pages.ask("/mode/hallucination", "text/turtle")
    assert (303, "/mode", "Accept") == (status, headers["location"], headers["vary"])


def test_pages_are_the_same_twice(release: tuple[Pages, Dump]) -> None:
    """The same release gives the same bytes, whatever the order of sets."""
    pages, _ = release
    for path in [*pages.things("organisation")[:5], "mode", "ontology"]:
        template, view = document(pages.site, path)
        again = document(pages.site, path)[1]
        assert view == again
        assert pages.templates.page(template, view).body == pages.templates.page(template, again).body
