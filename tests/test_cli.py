"""The command line: what each command prints, where it prints it, and what it ends with."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click
import pytest

from failuregraph.cli.root import COMMANDS, root, run_guarded
from failuregraph.project import Project


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """The standard output read as CSV."""
        return list(csv.DictReader(io.StringIO(self.out)))


class Run(Protocol):
    """Runs the command line on a project."""

    def __call__(self, *arguments: str | Path, project: Project | None = None) -> Outcome:
        """Return what the command left behind."""


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], corpus: Project) -> Run:
    """Return a function that runs the command line in this process, on the test corpus by default."""

    def _run(*arguments: str | Path, project: Project | None = None) -> Outcome:
        capsysbinary.readouterr()
        folder = (project or corpus).root
        code = run_guarded(root, ["--project", str(folder), *map(str, arguments)])
        captured = capsysbinary.readouterr()
        return Outcome(code, captured.out.decode(), captured.err.decode())

    return _run


def test_the_list_of_commands_agrees_with_their_own_help() -> None:
    """The one-line help in the table is the first sentence of the command's docstring."""
    context = click.Context(root)
    stated = {name: help_text for name, (_, help_text) in COMMANDS.items()}
    actual = {}
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        assert command.help is not None
        actual[name] = command.help.split("\n\n")[0].split("; with")[0].split(":")[0].split(", or")[0]
    assert {name: text.rstrip(".").split(":")[0] for name, text in stated.items()}.keys() == actual.keys()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_that_ends_with_an_example(run: Run, name: str) -> None:
    """``COMMAND --help`` ends with 0 and shows one real example."""
    outcome = run(name, "--help")
    assert outcome.code == 0
    assert f"Example: failuregraph {name}" in outcome.out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_unknown_option_is_wrong_use(run: Run, name: str) -> None:
    """An option that does not exist ends with 2, prints nothing on stdout and names the option."""
    outcome = run(name, "--no-such-option")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--no-such-option" in outcome.err


def test_ask_without_a_name_lists_every_question(run: Run, corpus: Project) -> None:
    """The list has one row for each file of the question bank."""
    names = sorted(path.stem for path in corpus.answers.glob("*.rq"))
    assert names == [row["name"] for row in run("ask").rows]


def test_ask_for_an_unknown_question_suggests_the_nearest(run: Run) -> None:
    """A misspelt name is wrong use, with the name that was probably meant."""
    outcome = run("ask", "severity-by-mod")
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean “severity-by-mode”" in outcome.err


def test_ask_refuses_a_parameter_that_the_question_does_not_have(run: Run) -> None:
    """A misspelt parameter is wrong use, with the parameter that was probably meant."""
    outcome = run("ask", "organisation-profile", "-p", "organization=meta")
    assert outcome.code == 2
    assert "did you mean “organisation”" in outcome.err


def test_ask_refuses_a_parameter_value_of_the_wrong_type(run: Run) -> None:
    """A value that cannot be the IRI that is asked for is wrong use, and is named."""
    outcome = run("ask", "organisation-profile", "-p", "organisation=not an iri")
    assert outcome.code == 2
    assert "“not an iri” is not an IRI" in outcome.err


def test_ask_refuses_a_parameter_without_a_value(run: Run) -> None:
    """``-p organisation`` is wrong use that shows the right form."""
    outcome = run("ask", "organisation-profile", "-p", "organisation")
    assert outcome.code == 2
    assert "-p NAME=VALUE" in outcome.err


def test_ask_says_why_an_answer_is_empty(run: Run) -> None:
    """An answer without rows ends with 0, keeps its header on stdout and says on stderr what is missing."""
    outcome = run("ask", "organisation-profile", "-p", "organisation=realm-labs")
    assert (outcome.code, outcome.rows) == (0, [])
    assert "organisation-profile has no rows:" in outcome.err


def test_ask_all_runs_every_question(run: Run, corpus: Project) -> None:
    """Each question is answered with its defaults and has rows or the reason why it has none."""
    rows = run("ask", "--all").rows
    assert len(list(corpus.answers.glob("*.rq"))) == len(rows)
    assert all((int(row["rows"]) > 0) != bool(row["why_empty"]) for row in rows)


def test_query_answers_inline_text(run: Run) -> None:
    """``-e`` runs the text over the union of all graphs."""
    text = "PREFIX fg: <https://w3id.org/failuregraph/ontology#> SELECT (COUNT(?i) AS ?n) WHERE { ?i a fg:Incident }"
    assert [{"n": "10"}] == run("query", "-e", text).rows


def test_query_reads_a_file(run: Run, tmp_path: Path) -> None:
    """A file holds the query."""
    file = tmp_path / "ask.rq"
    file.write_text("ASK { ?s ?p ?o }", encoding="utf-8")
    assert {"head": {}, "boolean": True} == json.loads(run("query", file, "--format", "json").out)


def test_query_names_line_and_column_of_a_syntax_error(run: Run) -> None:
    """Text that does not parse is unreadable input, with the place."""
    outcome = run("query", "-e", "SELECT ?s\nWHERE { ?s ?p }")
    assert (outcome.code, outcome.out) == (3, "")
    assert "line 2, column" in outcome.err


def test_query_wants_exactly_one_text(run: Run) -> None:
    """Neither a file nor -e, or both, is wrong use."""
    assert run("query").code == 2
    assert run("query", "x.rq", "-e", "ASK {}").code == 2


def test_query_names_a_file_that_is_missing(run: Run, tmp_path: Path) -> None:
    """A file that is not there is unreadable input, named in the sentence."""
    outcome = run("query", tmp_path / "none.rq")
    assert outcome.code == 3
    assert "none.rq" in outcome.err


def test_query_refuses_a_format_that_does_not_fit(run: Run) -> None:
    """A graph cannot be CSV; the sentence lists what it can be."""
    outcome = run("query", "-e", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "--format", "csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert "choose one of ttl" in outcome.err


def test_an_output_that_cannot_be_written_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """A file in the place of the output's folder ends with 3 and nothing half-written."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder", encoding="utf-8")
    outcome = run("stats", "--format", "csv", "-o", blocked / "stats.csv")
    assert (outcome.code, outcome.out) == (3, "")
    assert "stats.csv: cannot be written" in outcome.err
    assert ["blocked"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml", "jsonl", "md"])
def test_stats_prints_every_format_of_tables(run: Run, form: str) -> None:
    """Each format names the total of records."""
    outcome = run("stats", "--format", form)
    assert outcome.code == 0
    assert "records" in outcome.out


def test_stats_counts_each_record_once_per_dimension(run: Run) -> None:
    """The counts of one dimension add up to the number of records, “not known” included."""
    rows = run("stats").rows
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["dimension"]] = totals.get(row["dimension"], 0) + int(row["records"])
    assert {"all": 10, "mode": 10, "severity": 10, "surface": 10} == totals


@pytest.mark.parametrize(
    "name",
    ["FI-9001", "incident:FI-9001", "record/FI-9001", "https://w3id.org/failuregraph/incident/FI-9001#source-1"],
)
def test_show_finds_a_record_by_every_name_it_has(run: Run, name: str) -> None:
    """Number, prefixed name, path and IRI lead to one record."""
    assert "FI-9001" in run("show", name).out


def test_show_prints_the_reviewed_file_as_turtle(run: Run, corpus: Project) -> None:
    """The Turtle that is shown is the file, byte for byte."""
    file = corpus.path_of("incident", "FI-9001")
    assert file.read_text(encoding="utf-8") == run("show", "FI-9001", "--format", "ttl").out


def test_show_suggests_the_nearest_identifier(run: Run) -> None:
    """An identifier that does not exist is wrong use, with the nearest one."""
    outcome = run("show", "FI-90001")
    assert outcome.code == 2
    assert "did you mean “FI-9001”" in outcome.err


def test_check_ends_with_zero_where_nothing_is_wrong(run: Run, copy: Project) -> None:
    """A clean project has findings below error level at most."""
    assert run("check", project=copy).code == 0


def test_check_ends_with_one_for_a_finding(run: Run, copy: Project) -> None:
    """A misspelt predicate ends with 1 and names file, line and the right spelling."""
    file = copy.path_of("incident", "FI-9001")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("fg:severity ", "fg:severty "), encoding="utf-8")
    line = 1 + file.read_text(encoding="utf-8").splitlines().index(
        next(each for each in file.read_text(encoding="utf-8").splitlines() if "fg:severty" in each)
    )
    outcome = run("check", project=copy)
    assert outcome.code == 1
    assert f"FI-9001.ttl:{line} " in outcome.out
    assert "fg:severity" in outcome.out


def test_check_ends_with_three_for_a_file_that_does_not_parse(run: Run, copy: Project) -> None:
    """A truncated file is unreadable input."""
    file = copy.path_of("incident", "FI-9001")
    file.write_text(file.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert run("check", project=copy).code == 3


def test_fmt_check_names_the_command_that_repairs(run: Run, copy: Project) -> None:
    """A file out of form is listed on stdout, and stderr holds the command; then fmt repairs it."""
    file = copy.path_of("incident", "FI-9001")
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("    ", "  "), encoding="utf-8")
    outcome = run("fmt", "--check", project=copy)
    assert outcome.code == 1
    assert "run failuregraph fmt" in outcome.err
    assert run("fmt", project=copy).code == 0
    assert before == file.read_text(encoding="utf-8")


def test_a_folder_that_is_no_project_is_wrong_use(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """``--project`` must name a project, and the sentence says what is missing."""
    assert run_guarded(root, ["--project", str(tmp_path), "stats"]) == 2
    assert b"the folder data/ is missing" in capsysbinary.readouterr().err


def test_serve_refuses_a_port_that_is_taken(run: Run) -> None:
    """A taken port is said at once, before anything is built."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        outcome = run("serve", "--port", port)
    assert outcome.code == 2
    assert f"port {port}" in outcome.err


def test_a_fault_of_ours_is_one_sentence_and_five(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception ends with 5 and asks for --debug, without a traceback."""

    def _explode(*_: object, **__: object) -> None:
        message = "boom"
        raise RuntimeError(message)

    monkeypatch.setattr("failuregraph.cli.graph.whole_graph", _explode)
    outcome = run("stats")
    assert outcome.code == 5
    assert "RuntimeError: boom" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_closed_pipe_ends_quietly(corpus: Project) -> None:
    """``failuregraph … | head -1`` prints one line and no error."""
    command = (
        f"{sys.executable} -m failuregraph --project {corpus.root} query -e 'SELECT ?s WHERE {{?s ?p ?o}}' | head -1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("s", "")


def test_colour_obeys_no_color(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR leaves no escape sequence in a table, FORCE_COLOR puts some there."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("stats", "--format", "table").out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in run("stats", "--format", "table").out
