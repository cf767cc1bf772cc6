"""The page of what is missing: every share says what it is out of, and every count is that of the dump."""

from __future__ import annotations

import json

import pytest
from rendered import Dump, Pages

from failuregraph.build import build
from failuregraph.names import NAMESPACES
from failuregraph.pages.things.counting import percent
from failuregraph.pages.things.missing import missing
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.validate.whole import levels


@pytest.fixture(scope="module", params=["repository", "corpus", "together"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pages, Dump]:
    """Return the pages and the dump of the real graph, of ten incidents, and of these with five more registries."""
    project: Project = request.getfixturevalue(request.param)
    built = build(project, tmp_path_factory.mktemp(request.param))
    return Pages(built, project), Dump(built)


def test_the_page_has_its_bones_and_its_links(release: tuple[Pages, Dump]) -> None:
    """It renders at its address, without a fault and without a link astray."""
    pages, _ = release
    assert [] == pages.page("missing").faults
    assert [] == pages.astray("missing")


def test_properties_are_counted_as_in_the_dump(release: tuple[Pages, Dump]) -> None:
    """For each property: the incidents that have a value, out of all, and out of those of each year."""
    pages, dump = release
    view, everything = missing(pages.site), dump.incidents()
    years: dict[str, set[str]] = {}
    for incident, date in dump.pairs("fg:incidentDate"):
        if incident in everything:
            years.setdefault(date[:4], set()).add(incident)
    assert len(everything) == view.all
    assert len({each for found in years.values() for each in found}) == view.dated.count
    for each in view.properties:
        having = dump.using(f"fg:{each.name}")
        assert (len(having), len(everything)) == (each.whole.count, each.whole.of), each.name
        found = {share.name.text: (share.count, share.of) for share in each.years}
        assert {year: (len(of & having), len(of)) for year, of in years.items()} == found


def test_every_share_of_a_property_names_its_whole(release: tuple[Pages, Dump]) -> None:
    """The text has count and whole of each property, the number of unknown, and the whole of each year."""
    pages, _ = release
    view, text = missing(pages.site), pages.page("missing").text
    for each in view.properties:
        whole = each.whole
        assert f"{each.link.text} {whole.count} of {whole.of} {whole.percent} {whole.of - whole.count}" in text
    for year, count in view.years:
        assert f"{year} of {count}" in text


def test_pairs_are_counted_as_in_the_dump_and_empty_ones_stay(release: tuple[Pages, Dump]) -> None:
    """Every surface without narrower ones and every mode have a cell; a filled one leads to as many incidents."""
    pages, dump = release
    grid = missing(pages.site).grid
    inside = dict.fromkeys(("mode", "surface"), 0)
    wide = {o for _, o in dump.pairs("skos:broader")}
    for concept, scheme in dump.pairs("skos:inScheme"):
        name = scheme.rpartition("/")[2]
        inside[name] = inside.get(name, 0) + (concept not in wide)
    assert (inside["mode"] * inside["surface"], inside["mode"]) == (grid.pairs, len(grid.modes))
    for surface, cells in grid.rows:
        on = dump.using("fg:surface", NAMESPACES["surface"] + surface.href.rpartition("/")[2])
        for mode, cell in zip(grid.modes, cells, strict=True):
            both = on & dump.using("fg:failureMode", NAMESPACES["mode"] + mode.href.rpartition("/")[2])
            assert len(both) == cell.count, (surface, mode)
    assert sum(1 for _, cells in grid.rows for cell in cells if cell.count) == grid.filled
    assert len(dump.using("fg:surface") & dump.using("fg:failureMode")) == grid.both
    text = pages.page("missing").text
    assert f"{grid.filled} of {grid.pairs} pairs ({percent(grid.filled, grid.pairs)})" in text


def test_a_filled_pair_leads_to_its_incidents(release: tuple[Pages, Dump]) -> None:
    """The list at the address of a cell has as many incidents as the cell says."""
    pages, _ = release
    cells = [cell for _, row in missing(pages.site).grid.rows for cell in row if cell.count]
    assert cells
    for cell in cells[:10]:
        _, _, body = pages.ask(cell.href.replace("/incidents?", "/incidents.json?"), "application/json")
        assert cell.count == json.loads(body)["total"], cell.href


def test_every_rule_is_told_with_its_findings(release: tuple[Pages, Dump]) -> None:
    """Each check query is either kept everywhere or listed with level, problem, remedy and a line for each row."""
    pages, _ = release
    view, profile = missing(pages.site), levels(pages.site.project)
    queries = {query.said("rule"): query for query in QueryFile.folder(pages.site.project.checks)}
    assert set(queries) == {rule.rule for rule in view.rules} | set(view.kept)
    assert set() == {rule.rule for rule in view.rules} & set(view.kept)
    text = pages.page("missing").text
    for rule in view.rules:
        query = queries[rule.rule]
        table = pages.site.store.query(query.text)
        assert len(list(getattr(table, "rows", ()))) == len(rule.findings) > 0
        assert (profile[rule.rule], query.said("solution")) == (rule.level, rule.remedy)
        assert rule.remedy in text
        assert rule.rule in pages.page("missing").anchors
        assert all(finding.link.href for finding in rule.findings), rule.rule


def test_the_gravest_rules_stand_first(release: tuple[Pages, Dump]) -> None:
    """Errors before warnings before notes, and within a level those with most findings."""
    pages, _ = release
    order = [
        (["error", "warning", "info"].index(rule.level), -len(rule.findings)) for rule in missing(pages.site).rules
    ]
    assert sorted(order) == order


def test_registries_and_publishers_of_which_least_is_known(release: tuple[Pages, Dump]) -> None:
    """A registry counts the values that its records lack; a publisher its sources without a date."""
    pages, dump = release
    view, live = missing(pages.site), dump.incidents()
    attributed = dump.pairs("prov:wasAttributedTo")
    names = [each.name for each in view.properties]
    assert view.registries
    for gaps in view.registries:
        registry = NAMESPACES["registry"] + gaps.name.href.rpartition("/")[2]
        records = {s.replace(NAMESPACES["record"], NAMESPACES["incident"], 1) for s, o in attributed if o == registry}
        mine = records & live
        lacking = sum(len(mine - dump.using(f"fg:{name}")) for name in names)
        assert (len(mine), lacking, len(mine) * len(names)) == (gaps.count, gaps.missing.count, gaps.missing.of)
    dated = {s for s, _ in dump.pairs("dcterms:issued")}
    for gaps in view.sources:
        publisher = NAMESPACES["publisher"] + gaps.name.href.rpartition("/")[2]
        sources = {s for s, o in dump.pairs("fg:publisher") if o == publisher and s.partition("#")[0] in live}
        assert (len(sources), len(sources - dated)) == (gaps.missing.of, gaps.missing.count)
