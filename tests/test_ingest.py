"""The importer of the AI Failure Index: facts kept, bad rows refused, hand edits left alone."""

from __future__ import annotations

import copy as copying
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDFS, Literal, URIRef

from failuregraph.errors import Unreadable
from failuregraph.ingest.failureindex import import_file
from failuregraph.ingest.report import ImportReport
from failuregraph.ingest.rows import BadRow, checked
from failuregraph.ingest.vocabulary import Vocabulary, slug_of
from failuregraph.names import BASE, FG
from failuregraph.project import Project
from failuregraph.turtle import read

ROWS = Path(__file__).parent / "data" / "failureindex" / "corpus.json"
GOOD: dict[str, Any] = json.loads(ROWS.read_text(encoding="utf-8"))[0]


def _file(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def _bytes(project: Project) -> dict[str, bytes]:
    return {str(path.relative_to(project.data)): path.read_bytes() for path in sorted(project.data.rglob("*.ttl"))}


def _row(**changes: object) -> dict[str, Any]:
    row = copying.deepcopy(GOOD) | {"fi_id": "FI-9100", "slug": "a-new-one"}
    row["permalink"] = "https://failureindex.ai/failures/a-new-one"
    return row | changes


def test_importing_again_changes_no_byte(copy: Project) -> None:
    """The corpus was made from this file, steps were added by hand, and nothing is touched."""
    before = _bytes(copy)
    report = import_file(ROWS, copy)
    assert (9, (), (), 0) == (len(report.unchanged), report.kept, report.refused, report.exit_code)
    assert before == _bytes(copy)


def test_an_empty_project_gets_every_record(copy: Project) -> None:
    """Without its records the project gets all nine, and a second run changes nothing."""
    shutil.rmtree(copy.incidents)
    assert 9 == len(import_file(ROWS, copy).added)
    before = _bytes(copy)
    assert 9 == len(import_file(ROWS, copy).unchanged)
    assert before == _bytes(copy)


def test_a_hand_written_statement_is_kept(copy: Project) -> None:
    """A predicate that the importer never writes is a person's."""
    path = copy.path_of("record", "FI-9001")
    step = "    fg:observedStep <https://w3id.org/failuregraph/incident/FI-9001#step-trigger> ;\n"
    assert step not in path.read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace(
        "    fg:claimStatus", "    fg:role role:deployer ;\n    fg:claimStatus"
    )
    path.write_text("PREFIX role: <https://w3id.org/failuregraph/role#>\n" + text, encoding="utf-8")
    before = path.read_bytes()
    assert "FI-9001" in import_file(ROWS, copy).unchanged
    assert before == path.read_bytes()


def test_a_changed_value_is_left_alone_and_listed(copy: Project) -> None:
    """The file wins; the report shows both sides and ends with 1."""
    path = copy.path_of("record", "FI-9001")
    path.write_text(path.read_text(encoding="utf-8").replace("severity:medium", "severity:high"), encoding="utf-8")
    before = path.read_bytes()
    report = import_file(ROWS, copy)
    differences = ("+ incident:FI-9001 fg:severity severity:medium", "- incident:FI-9001 fg:severity severity:high")
    assert differences == report.kept[0].differences
    assert 1 == report.exit_code
    assert before == path.read_bytes()


def test_overwriting_takes_the_value_of_the_index_and_says_so(copy: Project) -> None:
    """With overwrite the index's value replaces the file's; hand-written statements stay."""
    path = copy.path_of("record", "FI-9003")
    before = path.read_bytes()
    path.write_bytes(before.replace(b"severity:catastrophic", b"severity:low").replace(b"severity#", b"severity#"))
    report = import_file(ROWS, copy, overwrite=True)
    assert ["FI-9003"] == [each.key for each in report.overwritten]
    assert before == path.read_bytes()
    assert b"fg:stepConcept" in before


def test_into_writes_elsewhere(copy: Project, tmp_path: Path) -> None:
    """The project stays as it is, and known organisations are not written again."""
    before = _bytes(copy)
    report = import_file(
        _file(tmp_path, _row(organisations=["Northwind Group", "Acme Robotics"])), copy, tmp_path / "out"
    )
    assert before == _bytes(copy)
    written = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.ttl"))
    assert ["incidents/FI-9100.ttl", "organisations/acme-robotics.ttl"] == written
    assert any("Acme Robotics" in note for note in report.notes)


def test_the_more_specific_organisation_is_named(copy: Project) -> None:
    """Who is Northwind Assist, the list says Northwind Group: the part is involved, the words are kept."""
    graph = read(copy.path_of("record", "FI-9001"))
    involved = set(graph.objects(None, URIRef(FG + "organisation")))
    assert {URIRef(BASE + "organisation/northwind-assist")} == involved
    assert [Literal("Northwind Assist")] == list(graph.objects(None, URIRef(FG + "namedParty")))


def test_a_null_writes_nothing(copy: Project) -> None:
    """FI-9007 has neither mode, surface, severity nor impact, and nothing stands in their place."""
    text = copy.path_of("record", "FI-9007").read_text(encoding="utf-8")
    assert "unknown" not in text
    assert not any(f"fg:{local}" in text for local in ("failureMode", "surface", "severity", "financialImpact"))


@pytest.mark.parametrize(
    ("changes", "date"),
    [
        ({}, '"2024-02-14"^^xsd:date'),
        ({"date_precision_suspect": "month"}, '"2024-02"^^xsd:gYearMonth'),
        ({"date_precision_suspect": "year"}, '"2024"^^xsd:gYear'),
        ({"incident_date": None, "incident_month": "2024-03"}, '"2024-03"^^xsd:gYearMonth'),
    ],
)
def test_a_date_has_the_precision_that_is_known(
    copy: Project, tmp_path: Path, changes: dict[str, object], date: str
) -> None:
    """A day that stands for a month or a year is typed as such, and a note names the printed day."""
    import_file(_file(tmp_path, _row(**changes)), copy)
    text = copy.path_of("record", "FI-9100").read_text(encoding="utf-8")
    assert f"fg:incidentDate {date}" in text
    assert ("The index prints 2024-02-14" in text) == ("date_precision_suspect" in changes)


def test_what_is_known_in_part_is_left_out(copy: Project, tmp_path: Path) -> None:
    """A cut title, an inferred value and the cost line are not written; a note says so."""
    source = {"type": "Press", "title": "Only the beg…", "domain": None, "url": None, "title_cut": True}
    row = _row(
        sources=[source],
        sources_complete=False,
        cost_line="A secret cost",
        impact_partial={"financial_impact": "inferred"},
    )
    import_file(_file(tmp_path, row), copy)
    text = copy.path_of("record", "FI-9100").read_text(encoding="utf-8")
    assert "Only the beg" not in text
    assert "A secret cost" not in text
    assert "fg:financialImpact" not in text
    assert "The title is known only in part" in text
    assert "financial impact was not seen whole" in text


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, "FI-9100"),
        ({"fi_id": None}, "a-new-one"),
        ({"fi_id": None, "slug": None, "permalink": None}, "FI-X-northwind-assist-invents-a-refund-rule"),
    ],
)
def test_the_identifier_is_the_number_else_the_slug_else_a_placeholder(
    copy: Project, tmp_path: Path, changes: dict[str, object], key: str
) -> None:
    """Decision 0002: no number is ever guessed."""
    assert (key,) == import_file(_file(tmp_path, _row(**changes)), copy).added


def test_a_number_that_becomes_known_renames_the_record(copy: Project, tmp_path: Path) -> None:
    """Hand edits move along, the old identifier redirects, and links follow."""
    rows = json.loads(ROWS.read_text(encoding="utf-8"))
    row = next(each for each in rows if each.get("slug") == "contoso-triage-scores-biased") | {"fi_id": "FI-9200"}
    old = copy.path_of("record", "contoso-triage-scores-biased")
    text = old.read_text(encoding="utf-8").replace(
        "a fg:Incident ;", "a fg:Incident ;\n    fg:system system:ledger-agent ;"
    )
    old.write_text("PREFIX system: <https://w3id.org/failuregraph/system/>\n" + text, encoding="utf-8")
    path = _file(tmp_path, row)
    report = import_file(path, copy, overwrite=True)
    assert 1 == len(report.renumbered)
    assert not old.exists()
    assert "fg:event" not in copy.path_of("record", "FI-9200").read_text(encoding="utf-8")
    assert "incident:FI-9200" in (copy.data / "links" / "same-event.ttl").read_text(encoding="utf-8")
    withdrawn = (copy.data / "withdrawn.ttl").read_text(encoding="utf-8")
    assert "dcterms:isReplacedBy incident:FI-9200" in withdrawn
    assert ("FI-9200",) == import_file(path, copy).unchanged


REFUSALS: list[tuple[dict[str, object], str]] = [
    ({"fi_id": "FI-1"}, "is not FI- and four digits"),
    ({"slug": "Upper-Case"}, "is not lower case"),
    ({"slug": "x" * 56}, "at most 55 characters"),
    ({"permalink": "https://failureindex.ai/failures/other"}, "is not https://failureindex.ai/failures/ and the slug"),
    ({"permalink": "javascript:alert(1)"}, "permalink"),
    ({"fi_id": None, "slug": None, "permalink": None, "title": None}, "no fi_id, no slug and no title"),
    ({"failure_mode": "Halucination"}, "did you mean “Hallucination”"),
    ({"ai_surface": "Toaster"}, "“Toaster” is not a value of the scheme surface"),
    ({"severity": "Severe"}, "not a value of the scheme severity"),
    ({"confidence": "Sure"}, "not a value of the scheme confidence"),
    ({"industry": "Mining"}, "not a value of the scheme industry"),
    ({"impact": {"regulatory_exposure": "Maybe"}}, "not a value of the scheme regulatory-exposure"),
    ({"impact": {"mood": "Bad"}}, "impact has the unknown value mood"),
    ({"incident_date": "2024-02-31"}, "“2024-02-31” is not a day that exists"),
    ({"incident_date": "2024-2-1"}, "is not a day that exists"),
    ({"incident_date": "1066-10-14"}, "is before 1950"),
    ({"incident_month": "2024-13"}, "is not a month"),
    ({"incident_date": "2026-06-02"}, "indexed_date 2026-06-01 is before incident_date 2026-06-02"),
    ({"date_precision_suspect": "decade"}, "neither year nor month"),
    ({"n_sources": "two"}, "n_sources is"),
    ({"n_sources": True}, "n_sources is"),
    ({"n_sources": 1}, "but 2 sources are listed"),
    ({"sources": [{"type": "Rumour"}]}, "not a value of the scheme source-type"),
    ({"sources": [{"type": "Press", "domain": "Not A Host"}]}, "is not a host name"),
    ({"sources": [{"type": "Press", "url": "javascript:alert(1)"}]}, "is not http or https"),
    ({"sources": ["a source"]}, "sources holds something that is not an object"),
    ({"organisations": "Northwind"}, "not of the right type"),
    ({"organisations": [1]}, "organisations holds something that is not a name"),
    ({"wing": "predictive"}, "but the surface Chatbot is generative"),
    ({"wing": "left"}, "neither generative nor predictive"),
    ({"title": "A \u202e title"}, "U+202E"),
    ({"summary": "zero\u200bwidth"}, "U+200B"),
    ({"who": "e\u0301"}, "NFC"),
    ({"failure_path_kind": "guess"}, "is not one of mode profile"),
    ({"observed_path": [{"stage": "Middle", "text": "x"}]}, "not a value of the scheme stage"),
    ({"observed_path": [{"stage": "Trigger", "text": " "}]}, "has no text"),
    ({"observed_path": [{"stage": "Trigger", "text": "x"}], "sources": []}, "no source as evidence"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSALS, ids=[reason[:40] for _, reason in REFUSALS])
def test_a_bad_row_is_refused_and_the_others_go_on(
    copy: Project, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    """The row is named with its number and reason; the next row is imported; nothing of the bad one is written."""
    good = _row(fi_id="FI-9101", slug="next", permalink="https://failureindex.ai/failures/next")
    report = import_file(_file(tmp_path, _row(**changes), good), copy)
    assert [1] == [refused.row for refused in report.refused]
    assert reason in report.refused[0].reason
    assert ("FI-9101",) == report.added
    assert 1 == report.exit_code
    assert not copy.path_of("record", "FI-9100").exists()


@pytest.mark.parametrize("row", ["text", 7, None, ["a"]])
def test_a_row_that_is_no_object_is_refused(copy: Project, tmp_path: Path, row: object) -> None:
    """Its type is named."""
    assert "a row must be an object" in import_file(_file(tmp_path, row), copy).refused[0].reason


def test_a_key_that_comes_twice_is_refused(copy: Project, tmp_path: Path) -> None:
    """The first row counts."""
    report = import_file(_file(tmp_path, _row(), _row(severity="High")), copy)
    assert (("FI-9100",), [2]) == (report.added, [refused.row for refused in report.refused])


def test_a_permalink_that_comes_twice_is_refused(copy: Project, tmp_path: Path) -> None:
    """Two numbers never share an address."""
    report = import_file(_file(tmp_path, _row(), _row(fi_id="FI-9102")), copy)
    assert (("FI-9100",), [2]) == (report.added, [refused.row for refused in report.refused])


def test_new_organisations_never_share_a_file(copy: Project, tmp_path: Path) -> None:
    """Names that make one slug, or none, get files of their own; importing into a folder again is quiet."""
    path = _file(tmp_path, _row(organisations=["Acme, Inc.", "Acme Inc", "株式会社"], who=None))
    out = tmp_path / "out"
    report = import_file(path, copy, out)
    files = sorted(each.stem for each in (out / "organisations").glob("*.ttl"))
    assert ["acme-inc", "acme-inc-2"] == files[:2]
    assert 3 == len(files) == len(report.notes)
    again = import_file(path, copy, out)
    assert (("FI-9100",), ()) == (again.unchanged, again.notes)


def test_a_host_is_the_same_with_www_and_capitals(copy: Project, tmp_path: Path) -> None:
    """A publisher is found by its host however that is written."""
    source = {"type": "Press", "title": "A report", "domain": "WWW.Daily.example", "url": None}
    report = import_file(_file(tmp_path, _row(sources=[source], n_sources=1)), copy)
    assert () == report.notes
    assert "publisher:daily-example" in copy.path_of("record", "FI-9100").read_text(encoding="utf-8")


def test_a_placeholder_gives_way_to_a_slug_and_then_to_a_number(copy: Project, tmp_path: Path) -> None:
    """Each former identifier redirects to the newest one."""
    bare = _row(fi_id=None, slug=None, permalink=None)
    import_file(_file(tmp_path, bare), copy)
    import_file(_file(tmp_path, _row(fi_id=None)), copy, overwrite=True)
    assert 1 == len(import_file(_file(tmp_path, _row()), copy, overwrite=True).renumbered)
    assert ["FI-9100"] == [
        path.stem for path in copy.incidents.glob("*.ttl") if "9100" in path.stem or "new" in path.stem
    ]
    withdrawn = read(copy.data / "withdrawn.ttl")
    assert {URIRef(BASE + "incident/FI-9100"), URIRef(BASE + "record/FI-9100")} == set(withdrawn.objects())
    assert 4 == len(withdrawn)


def test_an_unknown_field_is_a_note(copy: Project, tmp_path: Path) -> None:
    """A field of a newer file is said once and not read."""
    report = import_file(_file(tmp_path, _row(colour="red")), copy)
    assert ("the field “colour” is not known and was not read.",) == report.notes


def test_an_unknown_cluster_is_a_note(copy: Project, tmp_path: Path) -> None:
    """What is no known system or event is to be linked by hand."""
    assert "link it by hand" in import_file(_file(tmp_path, _row(related_cluster="new-thing")), copy).notes[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[{]", r"rows\.json:1: not JSON"),
        (b"{}", "no list of records"),
        (b"[]", "no list of records"),
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\noid x", "Git LFS pointer"),
    ],
)
def test_a_file_that_is_no_list_of_records_is_unreadable(copy: Project, tmp_path: Path, data: bytes, says: str) -> None:
    """Nothing is written, and the sentence says what the file is."""
    path = tmp_path / "rows.json"
    path.write_bytes(data)
    before = _bytes(copy)
    with pytest.raises(Unreadable, match=says):
        import_file(path, copy)
    assert before == _bytes(copy)


def test_a_missing_file_is_unreadable(copy: Project, tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(Unreadable, match=r"none\.json: cannot be read"):
        import_file(tmp_path / "none.json", copy)


def test_an_object_with_records_is_read_too(copy: Project, tmp_path: Path) -> None:
    """A file that wraps the list in ``records`` is the same file."""
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"records": [_row()]}), encoding="utf-8")
    assert ("FI-9100",) == import_file(path, copy).added


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=30),
    st.lists(st.text(max_size=5), max_size=2),
    st.dictionaries(st.sampled_from(["type", "title", "domain", "stage", "public_visibility"]), st.text(max_size=9)),
)


@pytest.fixture(scope="module")
def known(corpus: Project) -> Vocabulary:
    """Return what the corpus knows."""
    return Vocabulary.of(corpus)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES, min_size=1, max_size=3))
def test_no_row_does_more_than_be_refused(known: Vocabulary, changes: dict[str, object]) -> None:
    """Whatever stands in a field, the row is taken or refused with a reason, and nothing else is raised."""
    assert _outcome(known, _row(**changes))


def _outcome(known: Vocabulary, row: dict[str, object]) -> str:
    """Return the key of a row that is taken, or the reason why it is not where that is a sentence."""
    try:
        return checked(1, row, known).key
    except BadRow as bad:
        return str(bad) if str(bad).endswith(".") else ""


def test_slugs_are_cut_at_a_word() -> None:
    """A placeholder never ends in the middle of a word."""
    assert "levidow-levidow" == slug_of("Levidow, Levidow & Oberman", 18)
    assert "" == slug_of("…")


def test_the_report_is_readable() -> None:
    """The last line counts."""
    assert "0 added, 0 unchanged, 0 overwritten, 0 renumbered, 0 left alone, 0 refused" == str(ImportReport())


def test_the_real_file_changes_nothing_in_the_repository(repository: Project, index_file: Path, tmp_path: Path) -> None:
    """All 75 records of the index stand in the repository as the importer writes them; nothing is refused."""
    before = _bytes(repository)
    project = Project.at(
        shutil.copytree(repository.root, tmp_path / "copy", ignore=shutil.ignore_patterns(".*", "tests", "build"))
    )
    report = import_file(index_file, project)
    assert (75, (), (), ()) == (len(report.unchanged), report.kept, report.refused, report.notes)
    assert before == _bytes(project)


def test_labels_of_the_index_are_those_of_the_schemes(repository: Project, index_file: Path) -> None:
    """Every title of the file is a label in the graph."""
    titles = {row["title"] for row in json.loads(index_file.read_text(encoding="utf-8")) if row["title"]}
    graphs = (read(path) for path in sorted(repository.incidents.glob("*.ttl")))
    assert set() == titles - {str(label) for graph in graphs for label in graph.objects(None, RDFS.label)}
