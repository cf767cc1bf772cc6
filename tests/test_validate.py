"""Gates: the corpus passes, and one changed fact gives one finding with its file, line and remedy."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from failuregraph.errors import Unreadable
from failuregraph.project import Project
from failuregraph.validate.finding import Finding, Report
from failuregraph.validate.fmt import format_paths
from failuregraph.validate.gates import check
from failuregraph.validate.positions import Positions
from failuregraph.validate.report import RENDERERS, as_json, as_text

TODAY = dt.date(2026, 12, 31)
RECORD = "data/incidents/FI-9001.ttl"


@dataclass(frozen=True)
class Case:
    """One changed fact: in which file, what stands there and what is put in its place, and the finding."""

    name: str
    file: str
    old: str
    new: str
    rule: str
    says: str
    code: int = 1


CASES = [
    Case("misspelt predicate", RECORD, "fg:severity ", "fg:severty ", "predicate", "fg:severity"),
    Case("misspelt class", RECORD, "a fg:Incident ;", "a fg:Incidant ;", "class", "fg:Incident"),
    Case("unknown mode", RECORD, "mode:hallucination", "mode:halucination", "reference", "mode:hallucination"),
    Case(
        "value of another scheme", RECORD, "fg:severity severity:medium", "fg:severity visibility:high", "reference", ""
    ),
    Case("unknown organisation", RECORD, "organisation:northwind-assist", "organisation:nobody", "reference", ""),
    Case("two severities", RECORD, "severity:medium", "severity:high , severity:medium", "shape:incident-severity", ""),
    Case("no summary", RECORD, "dcterms:description", "rdfs:label", "shape:incident-summary", "summary"),
    Case("impossible date", RECORD, '"2024-02-14"', '"2024-02-31"', "date", "“2024-02-31” is no date that exists"),
    Case("padded form of a date", RECORD, '"2024-02-14"', '"2024-2-14"', "date", "has not the form of xsd:date"),
    Case("future date", "data/incidents/FG-9001.ttl", '"2025-11-21"', '"2027-11-21"', "date", "lies in the future"),
    Case("date before 1950", RECORD, '"2024-02-14"', '"1899-02-14"', "date", "is before 1950"),
    Case("script address", RECORD, "<https://daily.example/refund>", "<javascript:alert(1)>", "url", "not an http"),
    Case("address by number", RECORD, "<https://daily.example/refund>", "<https://10.0.0.1/x>", "url", "by number"),
    Case("credentials", RECORD, "<https://daily.example/refund>", "<https://a:b@daily.example/>", "url", "credentials"),
    Case("right-to-left override", RECORD, "invents a refund", "invents \u202e refund", "characters", "U+202E"),
    Case("zero-width space", RECORD, "invents a refund", "invents\u200b a refund", "characters", "U+200B"),
    Case("control character", RECORD, "invents a refund", "invents\\u0007 a refund", "characters", "U+0007"),
    Case("private use", RECORD, "invents a refund", "invents \ue000 refund", "characters", "U+E000"),
    Case("not NFC", RECORD, "invents a refund", "invents e\u0301 refund", "characters", "NFC"),
    Case("another language", RECORD, 'refund rule"@en', 'refund rule"@de', "language", "@de"),
    Case("a title in a language of no list", RECORD, 'made up our refund rule"@en', '…"@tlh', "language", "@tlh"),
    Case("a number that is none", RECORD, "fg:sourceCount 2", 'fg:sourceCount "two"^^xsd:integer', "number", "“two”"),
    Case("blank node", RECORD, "fg:severity severity:medium", "fg:severity []", "blank-node", "Name the part"),
    Case("relative IRI", RECORD, "<https://daily.example/refund>", "<refund>", "syntax", "relative IRI", 3),
    Case("undeclared prefix", RECORD, "fg:severity severity:medium", "fg:severity no:medium", "syntax", "", 3),
    Case("wrong identifier", RECORD, '"FI-9001"', '"FI-9999"', "identifier", "not that of the file"),
    Case(
        "wrong topic",
        RECORD,
        "foaf:primaryTopic incident:FI-9001",
        "foaf:primaryTopic incident:FI-9002",
        "identifier",
        "",
    ),
    Case("untyped subject", RECORD, "    a fg:Involvement ;\n", "", "target", "no class"),
    Case("not canonical", RECORD, "    a fg:Record ;", "  a fg:Record ;", "format", "failuregraph fmt"),
    Case("same host twice", "data/publishers/court-example.ttl", "court.example", "bank.example", "duplicate", "host"),
    Case(
        "same name twice",
        "data/organisations/tailspin-media.ttl",
        "Tailspin Media",
        "contoso health",
        "duplicate",
        "name",
    ),
    Case(
        "same permalink twice",
        "data/incidents/FI-9002.ttl",
        "northwind-search-repeats-satire>",
        "northwind-assist-invents-refund-rule>",
        "duplicate",
        "foaf:page",
    ),
    Case("dead link", "data/links/same-event.ttl", "FI-9005", "FI-9999", "reference", "incident:FI-9999"),
]


@pytest.fixture(scope="module")
def clean(corpus: Project) -> Report:
    """Return the report on the untouched corpus."""
    return check(corpus, cache=False, today=TODAY)


def _change(project: Project, case: Case) -> tuple[Path, int]:
    """Change the one fact, and return the file and the line that now differs."""
    path = project.root / case.file
    before = path.read_text(encoding="utf-8")
    assert case.old in before
    after = before.replace(case.old, case.new, 1)
    path.write_text(after, encoding="utf-8")
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return path, next(line for line, (old, new) in enumerate(pairs, 1) if old != new)


def test_the_corpus_has_no_error(clean: Report) -> None:
    """The passing twin of every gate is the corpus as it is."""
    assert [] == [finding for finding in clean.findings if finding.level == "error"]
    assert 10 == clean.records


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_changed_fact_gives_its_finding(case: Case, copy: Project, clean: Report) -> None:
    """The rule, the file and the words that help are those of the fault, the exit code too, and nothing is written."""
    path, line = _change(copy, case)
    left = path.read_bytes()
    report = check(copy, cache=False, today=TODAY)
    known = {(each.path.name, each.rule) for each in clean.findings}
    fresh = [each for each in report.findings if (each.path.name, each.rule) not in known]
    mine = [each for each in fresh if each.rule == case.rule]
    assert len(mine) == 1
    assert path == mine[0].path
    assert case.says in f"{mine[0].message} {mine[0].remedy}"
    assert abs(mine[0].line - line) <= 1 or case.rule in ("target", "shape:incident-summary", "format")
    assert {case.rule} >= {each.rule for each in fresh if each.level == "error"} - {"format"}
    assert case.code == report.exit_code()
    assert left == path.read_bytes()


def test_a_truncated_file_is_unreadable_with_its_line(copy: Project) -> None:
    """The end of the file is where parsing stops, and the rest of the project is still reported on."""
    path = copy.root / RECORD
    lines = path.read_text(encoding="utf-8").splitlines()[:-1]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = [each for each in check(copy, cache=False, today=TODAY).findings if each.rule == "syntax"]
    assert [(path, len(lines))] == [(each.path, each.line) for each in found]


def test_an_empty_file_is_a_finding(copy: Project) -> None:
    """A file without statements is said to be empty."""
    path = copy.root / RECORD
    path.write_text("", encoding="utf-8")
    rules = {each.rule for each in check(copy, cache=False, today=TODAY).findings if each.path == path}
    assert {"empty"} == rules


@pytest.mark.parametrize(("data", "says"), [(b"\xff\xfea", "0xff is not UTF-8"), (b"\xef\xbb\xbf# x", "byte order")])
def test_a_file_that_is_not_utf8_is_unreadable(copy: Project, data: bytes, says: str) -> None:
    """The byte that is wrong is named, with its line."""
    path = copy.root / RECORD
    path.write_bytes(data)
    report = check(copy, cache=False, today=TODAY)
    found = [each for each in report.findings if each.rule == "encoding"]
    assert [(path, 1)] == [(each.path, each.line) for each in found]
    assert says in found[0].message
    assert 3 == report.exit_code()


def test_a_foreign_subject_is_refused(copy: Project) -> None:
    """A file may not speak of another incident."""
    path = copy.root / RECORD
    added = "\nincident:FI-9002\n    fg:severity severity:low ;\n.\n"
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    found = [each for each in check(copy, cache=False, today=TODAY).findings if each.rule == "subject"]
    assert ["incident:FI-9002 is not a subject of this file."] == [each.message for each in found]


def test_a_copied_record_is_refused(copy: Project) -> None:
    """A copy under another name still speaks of the first identifier."""
    (copy.root / "data/incidents/FI-9100.ttl").write_bytes((copy.root / RECORD).read_bytes())
    rules = {each.rule for each in check(copy, cache=False, today=TODAY).findings if each.path.stem == "FI-9100"}
    assert rules >= {"identifier", "subject"}


@pytest.mark.parametrize("name", ["data/incidents/note.txt", "data/strange/x.ttl", "ontology/schemes/strange.ttl"])
def test_a_stray_file_is_a_finding(copy: Project, name: str) -> None:
    """A file for which the layout has no place is named."""
    path = copy.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x", encoding="utf-8")
    assert [path] == [each.path for each in check(copy, cache=False, today=TODAY).findings if each.rule == "place"]


@pytest.mark.parametrize("name", ["FI-1.ttl", "Fi-9001.ttl", "a_b.ttl", "UPPER.ttl"])
def test_a_file_name_that_is_no_identifier_is_a_finding(copy: Project, name: str) -> None:
    """The name of a record's file follows the pattern of identifiers."""
    (copy.root / "data/incidents" / name).write_bytes((copy.root / RECORD).read_bytes())
    found = [each for each in check(copy, cache=False, today=TODAY).findings if each.rule == "identifier"]
    assert any("is no identifier" in each.message for each in found)


RETIRED = (
    "PREFIX dcterms: <http://purl.org/dc/terms/>\nPREFIX incident: <https://w3id.org/failuregraph/incident/>\n\n"
    "incident:old-name\n    dcterms:isReplacedBy incident:FI-9001 ;\n.\n"
)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("FI-9001", "FI-9001", []),
        ("FI-9001", "FI-9999", ["incident:FI-9999, which is to replace incident:old-name, does not exist."]),
        ("old-name", "FI-9002", ["incident:FI-9002 is retired here and has a file."]),
    ],
)
def test_a_retired_identifier_leads_to_one_in_use(copy: Project, old: str, new: str, says: list[str]) -> None:
    """What replaces an identifier exists, and a retired one has no file."""
    (copy.data / "withdrawn.ttl").write_text(RETIRED.replace(old, new), encoding="utf-8")
    report = check(copy, cache=False, today=TODAY)
    assert says == [each.message for each in report.findings if each.level == "error"]


def test_a_misspelt_constraint_is_a_finding(copy: Project) -> None:
    """PySHACL passes over sh:minCunt in silence; the gate does not."""
    path = copy.shapes / "incident.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("sh:minCount", "sh:minCunt", 1), encoding="utf-8")
    found = [each for each in check(copy, cache=False, today=TODAY).findings if each.rule == "shape-term"]
    assert ["Did you mean sh:minCount?"] == [each.remedy for each in found]


def test_only_the_named_files_are_reported(copy: Project) -> None:
    """A path leaves out the findings of other files."""
    _change(copy, CASES[0])
    other = copy.root / "data/incidents/FI-9002.ttl"
    assert {other} == {each.path for each in check(copy, [other], cache=False, today=TODAY).findings}


def test_a_file_outside_is_checked_as_if_it_were_inside(copy: Project, tmp_path: Path) -> None:
    """A draft beside the project gets the same findings."""
    draft = tmp_path / "FI-9101.ttl"
    text = (copy.root / RECORD).read_text(encoding="utf-8").replace("FI-9001", "FI-9101").replace("-assist-inv", "-inv")
    draft.write_text(text.replace("severity:medium", "severity:mediun"), encoding="utf-8")
    found = check(copy, [draft], cache=False, today=TODAY).findings
    assert ["reference"] == [each.rule for each in found if each.level == "error"]


def test_a_path_that_does_not_exist_is_unreadable(copy: Project) -> None:
    """The path is named."""
    with pytest.raises(Unreadable, match=r"none: there is no such file or folder"):
        check(copy, [copy.root / "none"])
    with pytest.raises(Unreadable, match=r"none: there is no such file or folder"):
        format_paths(copy, [copy.root / "none"], check=True)


def test_the_second_run_is_read_back(copy: Project) -> None:
    """The same report comes from the cache, and a changed file is noticed."""
    first = check(copy, today=TODAY)
    assert first == check(copy, today=TODAY)
    _change(copy, CASES[0])
    assert first != check(copy, today=TODAY)


def test_a_spoilt_cache_is_not_believed(copy: Project) -> None:
    """A cache file that is no report costs time and changes nothing."""
    first = check(copy, today=TODAY)
    (copy.cache / "check.json").write_text('{"key": 1}', encoding="utf-8")
    assert first == check(copy, today=TODAY)


def test_a_cache_that_cannot_be_written_is_said(copy: Project) -> None:
    """The report is right, and a note says why the next one will be slow."""
    (copy.root / ".cache").write_text("a file, not a folder", encoding="utf-8")
    report = check(copy, today=TODAY)
    assert 0 == report.exit_code()
    assert "the results cannot be kept" in report.notes[0]


def test_fmt_changes_nothing_in_canonical_files(repository: Project) -> None:
    """Every file of the repository is in canonical form."""
    assert [] == format_paths(repository, [], check=True)


def test_fmt_restores_what_it_would_write(copy: Project) -> None:
    """A file out of form is written anew, and then there is nothing to do."""
    path, _ = _change(copy, next(case for case in CASES if case.rule == "format"))
    assert [path] == format_paths(copy, [path], check=True)
    assert [path] == format_paths(copy, [], check=False)
    assert [] == format_paths(copy, [], check=False)


def test_fmt_writes_nothing_where_one_file_does_not_parse(copy: Project) -> None:
    """All files are read before one is written."""
    path, _ = _change(copy, next(case for case in CASES if case.rule == "format"))
    before = path.read_bytes()
    (copy.root / "data/incidents/FI-9002.ttl").write_text("broken", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"FI-9002\.ttl:1: not valid Turtle"):
        format_paths(copy, [], check=False)
    assert before == path.read_bytes()


FINDING = Finding(Path("data/a.ttl"), 3, "date", "error", "“x” is no date.", "Write one.")
REPORT = Report((FINDING,), 1, 2, 3)


def test_a_finding_is_one_line() -> None:
    """Path, line, rule, level, message and remedy stand in that order."""
    assert "data/a.ttl:3 date error “x” is no date. Write one." == str(FINDING)


def test_the_text_report_counts_by_rule() -> None:
    """The standing list has a line for each rule, and the last line the totals."""
    lines = as_text(REPORT).splitlines()
    assert ["    1 error   date", "1 records in 2 files, 3 statements: 1 error, 0 warnings, 0 infos."] == lines[1:]


def test_the_json_report_reads_back() -> None:
    """The fields of a finding are stable."""
    values = json.loads(as_json(REPORT))
    assert [FINDING] == [Finding.from_dict(each) for each in values["findings"]]


def test_the_github_report_escapes_what_would_break_it() -> None:
    """A percent sign or newline in a message does not end the command."""
    finding = Finding(Path("a.ttl"), 0, "r", "info", "50 %\nmore", "")
    assert "::notice file=a.ttl,line=1,title=r::50 %25%0Amore\n" == RENDERERS["github"](Report((finding,), 0, 0, 0))


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_level_that_fails_can_be_chosen(fail_on: str, code: int) -> None:
    """A warning ends with 1 where warnings are to fail."""
    warning = Finding(Path("a.ttl"), 1, "r", "warning", "m", "")
    assert code == Report((warning,), 0, 0, 0).exit_code(fail_on)


POSITIONS = '''# head
PREFIX a: <http://a/>
a:s
    a a:C ;
    a:p "x # not a comment" , """two
lines""" ;
    a:q [ a:r 1 ] ,
        2.5 ;
.
<http://a/t> a:p a:s.
'''


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        (3, ("http://a/s", "", "")),
        (4, ("http://a/s", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://a/C")),
        (5, ("http://a/s", "http://a/p", "x # not a comment")),
        (7, ("http://a/s", "http://a/q", "")),
        (8, ("http://a/s", "http://a/q", "2.5")),
        (10, ("http://a/t", "http://a/p", "http://a/s")),
        (1, ("http://a/none", "", "")),
    ],
)
def test_a_statement_has_its_line(line: int, statement: tuple[str, str, str]) -> None:
    """Strings over lines, comments and brackets do not shift the count."""
    assert line == Positions.of(POSITIONS).line(*statement)


def test_fmt_names_a_folder_that_cannot_be_written(copy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that takes no file is said, and the file keeps its text."""

    def _refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path, _ = _change(copy, next(case for case in CASES if case.rule == "format"))
    before = path.read_bytes()
    monkeypatch.setattr("failuregraph.turtle.tempfile.mkstemp", _refuse)
    with pytest.raises(Unreadable, match=r"cannot be written \(Permission denied\)"):
        format_paths(copy, [path], check=False)
    assert before == path.read_bytes()
