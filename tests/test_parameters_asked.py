"""Parameters as people write them: on the command line, in addresses and in the form of a question."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import reading
from markup import Markup
from test_cli import Run, run

from failuregraph.pages.asking.fields import fields
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask

__all__ = ["run"]
NAME = "organisation-profile"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


# --- The command line ---


def test_ask_refuses_a_name_that_the_graph_has_not(run: Run) -> None:
    """Exit code 2 and the nearest name, nothing on stdout; the right name, in any case, has its rows."""
    done = run("ask", NAME, "-p", "organisation=northwind-grup")
    assert (2, "") == (done.code, done.out)
    assert "the graph has no organisation “northwind-grup”, did you mean “northwind-group”." in done.err
    right, other = (run("ask", NAME, "-p", f"organisation={name}") for name in ("northwind-group", "Northwind-Group"))
    assert (0, 0, right.rows) == (right.code, other.code, other.rows)
    assert right.rows


@pytest.mark.parametrize(
    ("question", "given", "says"),
    [
        (NAME, "organisation=", "the value is empty"),
        ("compare-two-vendors", "vendor_b=gogle", "the graph has no organisation “gogle”"),
        ("precedents-for-a-system", "surface=chatbott", "the graph has no surface “chatbott”, did you mean “chatbot”"),
        ("similar-incidents", "incident=FI-9999", "the graph has no incident “FI-9999”, did you mean “FI-900"),
        ("incidents-as-component", "product=", "the value is empty"),
        ("unused-concepts", "scheme=https://w3id.org/failuregraph/nosuch", "the graph has no scheme"),
        ("control-leverage", "min_rank=0", "“0” is out of range; give a number from 1 to 4."),
        ("control-leverage", "min_rank=9", "give a number from 1 to 4."),
        ("repeat-incidents-by-organisation", "min_events=-5", "give a number from 1 to 1000000."),
        ("near-duplicate-concepts", "min_percent=101", "give a number from 0 to 100."),
    ],
)
def test_ask_refuses_what_would_be_answered_with_nothing(run: Run, question: str, given: str, says: str) -> None:
    """Each ends with 2 and one sentence that names the parameter."""
    done = run("ask", question, "-p", given)
    assert (2, "") == (done.code, done.out)
    assert says in done.err
    assert f"parameter {given.partition('=')[0]}: " in done.err


def test_a_receipt_about_a_name_that_the_graph_has_not_is_refused(run: Run, tmp_path: Path) -> None:
    """Verify ends with 2 and the nearest name; with the name that was asked for it ends with 0."""
    path = tmp_path / "answer.receipt.json"
    assert 0 == run("ask", NAME, "-p", "organisation=northwind-group", "--receipt", path).code
    assert 0 == run("verify", path).code
    path.write_text(path.read_text(encoding="utf-8").replace("northwind-group", "northwind-grup"), encoding="utf-8")
    done = run("verify", path)
    assert (2, "") == (done.code, done.out)
    assert "did you mean “northwind-group”" in done.err


def test_a_parameter_that_is_given_twice_is_refused(run: Run) -> None:
    """Even with one value: which was meant is not guessed.  Two parameters are no repetition."""
    for second in ("fabrikam-bank", "northwind-group"):
        done = run("ask", NAME, "-p", "organisation=northwind-group", "-p", f"organisation={second}")
        assert (2, "") == (done.code, done.out)
        assert "the parameter organisation is given 2 times; give it one value." in done.err
    two = ("-p", "vendor_a=northwind-group", "-p", "vendor_b=fabrikam-bank")
    assert 0 == run("ask", "compare-two-vendors", *two).code


def test_a_receipt_and_the_reasons_of_a_row_are_asked_for_apart(run: Run, tmp_path: Path) -> None:
    """Together they are refused and nothing is written; each alone is done."""
    path, given = tmp_path / "w.json", ("ask", "severity-by-mode")
    done = run(*given, "--why", "1", "--receipt", path)
    assert (2, "", False) == (done.code, done.out, path.exists())
    assert "--receipt is for an answer, and --why prints what a row of it rests on" in done.err
    assert 0 == run(*given, "--why", "1").code
    assert (0, True) == (run(*given, "--receipt", path).code, path.exists())


# --- Pages and HTTP ---


def _get(service: Service, path: str, accept: str = "*/*") -> Reply:
    place, _, query = path.partition("?")
    return asyncio.run(ask(service, place, accept, query=query))


SUFFIXES = ("html", *reading.TABLES, *reading.GRAPHS, "svg", "receipt", "rq", "bib", "ris", "csl.json")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_form_of_a_question_takes_a_name_that_the_graph_has_not(corpus_service: Service, suffix: str) -> None:
    """400 in each, with the nearest name; 200 with the name that is there."""
    path = f"/questions/{NAME}.{suffix}?organisation="
    refused = _get(corpus_service, f"{path}northwind-grup")
    assert (400, True) == (refused.status, "did you mean “northwind-group”" in refused.text)
    assert 200 == _get(corpus_service, f"{path}northwind-group").status


@pytest.mark.parametrize("accept", [HTML, "text/csv", "text/turtle", "application/json"])
def test_what_is_asked_for_by_accept_is_refused_as_well(corpus_service: Service, accept: str) -> None:
    """The address without a suffix has the same answer."""
    assert 400 == _get(corpus_service, f"/questions/{NAME}?organisation=northwind-grup", accept).status


def test_the_form_marks_the_field_of_a_name_that_is_not_there(corpus_service: Service) -> None:
    """It keeps what was written, says what is wrong and what is nearest, and shows no answer."""
    reply = _get(corpus_service, "/questions/compare-two-vendors?vendor_b=gogle&surface=chatbott", HTML)
    page = Markup(reply.text)
    assert 400 == reply.status
    field = page.one("input", name="vendor_b")
    assert ("gogle", "true") == (field["value"], field["aria-invalid"])
    assert "The graph has no organisation “gogle”" in page.one("p", id="fault-vendor_b").text
    assert "The graph has no surface “chatbott”, did you mean “chatbot”." == page.one("p", id="fault-surface").text
    assert [] == page.all("p", id="fault-vendor_a")
    assert [] == page.all("table")


def test_a_name_in_another_case_has_the_answer_and_the_address_of_the_right_one(corpus_service: Service) -> None:
    """What is linked and cited is spelt as the graph has it, and the field is filled in with it."""
    right, other = (
        _get(corpus_service, f"/questions/{NAME}?organisation={name}", HTML)
        for name in ("northwind-group", "Northwind-Group")
    )
    assert (200, right.text) == (other.status, other.text)
    surface = _get(corpus_service, "/questions/precedents-for-a-system?surface=surface:ChatBot", HTML)
    chosen = [each["value"] for each in Markup(surface.text).all("option") if "selected" in each.attributes]
    assert "chatbot" in chosen


def test_an_empty_name_is_refused_and_an_empty_choice_is_none(corpus_service: Service) -> None:
    """Nobody asks for the organisation of the default by leaving the field empty; a number has its default."""
    refused = _get(corpus_service, f"/questions/{NAME}.csv?organisation=")
    assert (400, True) == (refused.status, "organisation (Organisation): " in refused.text)
    empty, without = (_get(corpus_service, f"/questions/growing-modes.csv{end}") for end in ("?min_events=", ""))
    assert (200, without.text) == (empty.status, empty.text)
    assert 200 == _get(corpus_service, "/questions/incidents-as-component.csv?product=").status


def test_a_number_outside_its_range_is_refused_with_the_range(corpus_service: Service) -> None:
    """As text and beside the field; the ends of the range are asked."""
    for value, status in (("0", 400), ("1", 200), ("4", 200), ("5", 400)):
        assert status == _get(corpus_service, f"/questions/control-leverage.csv?min_rank={value}").status
    page = Markup(_get(corpus_service, "/questions/control-leverage?min_rank=0", HTML).text)
    assert "“0” is out of range; give a number from 1 to 4." == page.one("p", id="fault-min_rank").text


def test_a_field_has_the_range_of_its_number(corpus_service: Service) -> None:
    """What a browser may check is there, and said in words; a field that is no number has none."""
    site = corpus_service.site
    (rank,) = fields(site, site.questions["control-leverage"], {}, {})
    assert ("1", "4", True) == (rank.minimum, rank.maximum, "A number from 1 to 4." in rank.hint)
    (organisation,) = fields(site, site.questions[NAME], {}, {})
    assert ("", "") == (organisation.minimum, organisation.maximum)


def test_schemes_are_suggested_by_their_names(corpus_service: Service) -> None:
    """Our own by the name of their document, those of others by the name that they have below scheme/."""
    (field, _) = fields(corpus_service.site, corpus_service.site.questions["unused-concepts"], {}, {})
    assert "AI surfaces" in {each.label for each in field.options if each.value == "surface"}
    assert all("/" not in each.value and "#" not in each.value for each in field.options)


def test_the_query_page_refuses_an_example_about_nothing(corpus_service: Service) -> None:
    """The sentence stands in the form; with the right name the text of the question does."""
    given = {"example": NAME, "organisation": "northwind-grup"}
    refused = _get(corpus_service, f"/sparql?{urlencode(given)}", HTML)
    assert "did you mean “northwind-group”" in refused.text
    right = _get(corpus_service, f"/sparql?{urlencode(given | {'organisation': 'Northwind-Group'})}", HTML)
    assert "organisation/northwind-group&gt;" in right.text


def test_openapi_and_the_server_agree_on_ranges(corpus_service: Service) -> None:
    """One below the least that is stated is refused, the least is not; and so above."""
    said = json.loads(_get(corpus_service, "/openapi.json").text)["paths"]
    for name in ("control-leverage", "near-duplicate-concepts", "unseen-mode-surface-pairs"):
        for each in said[f"/questions/{name}"]["get"]["parameters"]:
            if "minimum" in each["schema"]:
                least, most = each["schema"]["minimum"], each["schema"]["maximum"]
                found = [
                    _get(corpus_service, f"/questions/{name}.csv?{each['name']}={value}").status
                    for value in (least - 1, least, most, most + 1)
                ]
                assert [400, 200, 200, 400] == found
