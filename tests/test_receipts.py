"""Receipts: what they state, and that a changed record, question, parameter or receipt is noticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from live import Server
from test_cli import Run, run

from failuregraph.answer.receipt import Edition, canonical, seal, verify
from failuregraph.build import build
from failuregraph.cli.graph import whole_graph
from failuregraph.errors import Unreadable
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.query import run as ask

__all__ = ["run"]
NAME = "organisation-profile"
KEYS = ("seal", "release", "contains", "licence", "rows", "sha256")
ASK = ("ask", NAME, "-p", "organisation=fabrikam-bank")


@pytest.fixture
def made(run: Run, copy: Project, tmp_path: Path) -> Path:
    """Return the receipt of an answer on a copy of the corpus."""
    done = run(*ASK, "-o", tmp_path / "answer.csv", project=copy)
    assert 0 == done.code
    return tmp_path / "answer.csv.receipt.json"


def _stated(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _differing(path: Path, project: Project) -> list[str]:
    return [each.what for each in verify(path, project, whole_graph(project)) if not each.same]


def test_a_receipt_states_what_was_asked(made: Path, copy: Project, tmp_path: Path) -> None:
    """Question and its version, parameters as terms, release, rows, no limit, licence and attribution."""
    stated = _stated(made)
    question = (copy.answers / f"{NAME}.rq").read_text(encoding="utf-8")
    assert {
        "name": NAME,
        "title": "Profile of an organisation",
        "sha256": hashlib.sha256(question.encode()).hexdigest(),
    } == stated["question"]
    assert {"organisation": "<https://w3id.org/failuregraph/organisation/fabrikam-bank>"} == stated["parameters"]
    assert build(copy, tmp_path / "build").identifier == stated["release"]
    assert len((tmp_path / "answer.csv").read_text(encoding="utf-8").splitlines()) - 1 == stated["rows"]
    assert [] == stated["limits"]
    assert "https://creativecommons.org/licenses/by/4.0/" == stated["licence"]
    assert "AI Failure Index, Realm Labs, CC BY 4.0" in stated["attribution"]


def test_the_page_gives_the_receipt_that_the_command_gives(server: Server, corpus: Project, tmp_path: Path) -> None:
    """What was exported from a page is verified like any other, and its link carries the parameters."""
    address = f"/questions/{NAME}?organisation=organisation%3Afabrikam-bank"
    link = f'href="/questions/{NAME}.receipt?organisation=organisation%3Afabrikam-bank"'
    assert link in server.get(address, "text/html").text
    path = tmp_path / "page.receipt.json"
    path.write_text(server.get(f"{address}&format=receipt").text, encoding="utf-8")
    assert [] == _differing(path, corpus)


def test_an_edition_is_the_same_by_project_and_by_manifest(together: Project, tmp_path: Path) -> None:
    """Five registries with licences of their own: names, attribution and licence are those of the release."""
    assert Edition.of(together) == Edition.of_manifest(build(together, tmp_path).manifest)


def test_the_hash_is_that_of_the_canonical_result(made: Path, copy: Project) -> None:
    """Columns and rows as N-Triples terms with tabs; anybody can work it out."""
    question = QueryFile.named(copy.answers, NAME)
    table = ask(whole_graph(copy), question, {"organisation": "fabrikam-bank"})
    text = canonical(table)
    assert text.startswith(b'?aspect\t?value\t?events\t?confirmed_events\t?affected_events\n"AI surface"\t')
    assert hashlib.sha256(text).hexdigest() == _stated(made)["sha256"]


def test_a_receipt_verifies(run: Run, made: Path, copy: Project) -> None:
    """Nothing changed: every line says same, and the command ends with 0."""
    done = run("verify", made, project=copy)
    assert (0, "The answer is that of the receipt.") == (done.code, done.out.splitlines()[-1])
    assert "differs" not in done.out


def _resealed(path: Path, stated: dict[str, Any]) -> None:
    body = {key: value for key, value in stated.items() if key != "seal"}
    path.write_text(json.dumps({**body, "seal": seal(body)}), encoding="utf-8")


def test_a_receipt_states_its_file(run: Run, made: Path, copy: Project, tmp_path: Path) -> None:
    """Name without folder, format, and the hash of the bytes as they lie there; a chart is one too."""
    run(*ASK, "--format", "chart", "-o", tmp_path / "answer.svg", project=copy)
    for name, form, path in (
        ("answer.csv", "csv", made),
        ("answer.svg", "svg", tmp_path / "answer.svg.receipt.json"),
    ):
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        assert {"name": name, "format": form, "sha256": digest} == _stated(path)["file"]
        assert seal(_stated(path)) == _stated(path)["seal"]


def test_an_untouched_file_is_the_same(run: Run, made: Path, copy: Project) -> None:
    """Verify hashes the file beside the receipt, and says so."""
    done = run("verify", made, project=copy)
    assert (0, "file: same") == (done.code, done.out.splitlines()[-2])


def test_a_doctored_file_is_noticed(run: Run, made: Path, copy: Project, tmp_path: Path) -> None:
    """One digit more: the result is still that of the receipt, the file beside it is not, and that is a difference."""
    path = tmp_path / "answer.csv"
    path.write_bytes(path.read_bytes() + b"0")
    done = run("verify", made, project=copy)
    assert ["file"] == _differing(made, copy)
    assert (1, "result: same") == (done.code, done.out.splitlines()[-3])
    assert done.out.splitlines()[-2].startswith("file: differs: stated ")
    assert "The answer is that of the receipt, but the file beside it is another." == done.out.splitlines()[-1]


def test_a_file_that_is_not_here_is_no_fault(run: Run, made: Path, copy: Project, tmp_path: Path) -> None:
    """A receipt that travels alone is verified but for its file, and the line says that it was not looked at."""
    (tmp_path / "answer.csv").unlink()
    done = run("verify", made, project=copy)
    assert (0, ["file: not here", "The answer is that of the receipt."]) == (done.code, done.out.splitlines()[-2:])


def test_an_older_receipt_has_no_file_and_verifies(run: Run, made: Path, copy: Project) -> None:
    """Receipts that were written before files were stated are still good; nothing is said of a file."""
    _resealed(made, {key: value for key, value in _stated(made).items() if key != "file"})
    done = run("verify", made, project=copy)
    assert (0, "result: same") == (done.code, done.out.splitlines()[-2])


def test_the_seal_covers_the_file(run: Run, made: Path, copy: Project, tmp_path: Path) -> None:
    """Whoever writes the hash of a doctored file into the receipt breaks its seal."""
    stated = _stated(made)
    (tmp_path / "answer.csv").write_bytes(b"doctored")
    stated["file"]["sha256"] = hashlib.sha256(b"doctored").hexdigest()
    made.write_text(json.dumps(stated), encoding="utf-8")
    assert ["seal"] == _differing(made, copy)
    assert 1 == run("verify", made, project=copy).code


def test_only_a_receipt_that_was_written_for_a_file_states_one(run: Run, server: Server, tmp_path: Path) -> None:
    """An answer that is printed, and one of a page, have no file."""
    run(*ASK, "--receipt", tmp_path / "r.json")
    assert "file" not in _stated(tmp_path / "r.json")
    assert "file" not in json.loads(server.get(f"/questions/{NAME}?format=receipt").text)


@pytest.mark.parametrize("name", ["../answer.csv", "/etc/passwd", "a/b", "..", ".", "", "a\0b", 3, None])
def test_a_receipt_never_leads_out_of_its_folder(made: Path, copy: Project, name: object) -> None:
    """The name of a file is a bare name, or the receipt is none."""
    stated = _stated(made)
    stated["file"]["name"] = name
    _resealed(made, stated)
    with pytest.raises(Unreadable, match="not a receipt"):
        verify(made, copy, whole_graph(copy))


def test_a_changed_record_is_noticed(run: Run, made: Path, copy: Project) -> None:
    """Another severity of one incident: the result differs, and so does the release."""
    path = copy.path_of("record", "FI-9004")
    path.write_text(path.read_text(encoding="utf-8").replace("severity:high", "severity:low"), encoding="utf-8")
    assert ["release", "result"] == _differing(made, copy)
    assert 1 == run("verify", made, project=copy).code


def test_a_record_that_does_not_matter_changes_the_release_alone(run: Run, made: Path, copy: Project) -> None:
    """The answer is still that of the receipt, and verify says so."""
    path = copy.path_of("record", "FI-9006")
    path.write_text(path.read_text(encoding="utf-8").replace("severity:high", "severity:low"), encoding="utf-8")
    done = run("verify", made, project=copy)
    assert ["release"] == _differing(made, copy)
    assert 0 == done.code


def test_a_changed_question_is_noticed(run: Run, made: Path, copy: Project) -> None:
    """A remark in the file of the question makes it another version, even where the rows are the same."""
    path = copy.answers / f"{NAME}.rq"
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert "question" in _differing(made, copy)
    assert 1 == run("verify", made, project=copy).code


def test_a_changed_parameter_is_noticed(run: Run, made: Path, copy: Project) -> None:
    """A receipt with another parameter is broken by its seal, and its result differs."""
    text = made.read_text(encoding="utf-8").replace("organisation/fabrikam-bank", "organisation/contoso-health")
    made.write_text(text, encoding="utf-8")
    assert {"seal", "result"} <= set(_differing(made, copy))
    assert 1 == run("verify", made, project=copy).code


def test_a_changed_parameter_with_a_new_seal_is_noticed_by_the_result(made: Path, copy: Project) -> None:
    """Whoever seals it anew has still another answer."""
    stated = _stated(made)
    stated["parameters"] = {"organisation": "<https://w3id.org/failuregraph/organisation/contoso-health>"}
    made.write_text(json.dumps({**stated, "seal": seal(stated)}), encoding="utf-8")
    assert "seal" not in _differing(made, copy)
    assert "result" in _differing(made, copy)


def test_a_receipt_names_the_registries_and_the_stricter_licence(run: Run, together: Project, tmp_path: Path) -> None:
    """With AIID the answer is share-alike; without it the receipt does not verify."""
    options = [option for each in together.imports for option in ("--with", each.path)]
    run("ask", "events-of-one-registry", "--receipt", tmp_path / "r.json", *options)
    stated = _stated(tmp_path / "r.json")
    assert "https://creativecommons.org/licenses/by-sa/4.0/" == stated["licence"]
    assert "AI Incident Database: 4 records" in stated["contains"]
    assert 0 == run("verify", tmp_path / "r.json", *options).code
    assert 1 == run("verify", tmp_path / "r.json").code


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"receipt": 2}',
        json.dumps({**dict.fromkeys(KEYS, 0), "receipt": 1, "question": {"name": 3}, "parameters": {}}),
    ],
)
def test_what_is_no_receipt_is_said(copy: Project, tmp_path: Path, text: str) -> None:
    """One sentence, with the way to make one."""
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match="not a receipt"):
        verify(path, copy, whole_graph(copy))


@pytest.mark.parametrize("term", ['x" } #', '<https://a.example/"x>', '"a" . <s> <p> "b"', "10,000" * 2000, "_:b"])
def test_a_hostile_parameter_in_a_receipt_is_never_syntax(made: Path, copy: Project, term: str) -> None:
    """A parameter is one RDF term or an error."""
    stated = _stated(made)
    stated["parameters"] = {"organisation": term}
    made.write_text(json.dumps(stated), encoding="utf-8")
    with pytest.raises(Unreadable, match="is no RDF term"):
        verify(made, copy, whole_graph(copy))


@pytest.mark.parametrize("value", ['x" } #', 'https://a.example/"x', "x) FILTER(true) #", "a" * 10_000])
def test_a_hostile_parameter_on_the_command_line_is_a_value_or_an_error(run: Run, value: str) -> None:
    """It finds nothing or is refused with exit code 2, and is never read as SPARQL."""
    done = run("ask", NAME, "-p", f"organisation={value}")
    assert done.code in (0, 2)
    assert [] == done.rows
    assert "not valid SPARQL" not in done.err
