"""Text in charts: how wide it is, where it breaks, that it keeps its room, and for what a chart says it was made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import vl_convert
from pyoxigraph import Literal, NamedNode, Quad

from failuregraph.answer.chart import chart, drawing_of
from failuregraph.answer.chart_asked import asked_for, labels_of
from failuregraph.answer.chart_sheet import LABEL_ROOM, LABEL_SIZE
from failuregraph.answer.chart_text import FONT, cut, fitted, folded, width
from failuregraph.names import NAMESPACES
from failuregraph.query import Parameter, QueryFile
from failuregraph.store import OxigraphStore, Table, Term

META = NamedNode("https://w3id.org/failuregraph/organisation/meta")
BANK = NamedNode("https://w3id.org/failuregraph/organisation/fabrikam-bank")


def _measured(text: str, size: int, weight: str) -> float:
    """Return how wide the drawing library takes a text to be."""
    entered = {"text": text, "fontSize": size, "fontWeight": weight, "font": FONT}
    mark = {"type": "text", "encode": {"enter": {name: {"value": value} for name, value in entered.items()}}}
    svg = vl_convert.vega_to_svg({"width": 0, "height": 0, "padding": 0, "autosize": "pad", "marks": [mark]})
    found = re.search(r'width="([\d.]+)"', str(svg))
    assert found
    return float(found[1])


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize(
    "text",
    [
        "Michigan's MiDAS system wrongly found tens of thousands of jobless claimants",
        "Source: AI Failure Index, Realm Labs, CC BY 4.0; Failure Graph contributors (2026) / [1], 100%",
        "São Paulo · Skellefteå · “Über” – größer…",
        "0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz",
        "WWW @ mmm iiill",
    ],
)
def test_text_is_as_wide_as_the_library_says(text: str, weight: str) -> None:
    """A chart is laid out by the widths of the library, and so are the widths that its lines state."""
    assert pytest.approx(_measured(text, 40, weight), rel=0.015) == width(text, 40, bold=weight == "bold")


def test_every_line_states_its_width() -> None:
    """A wider font is fitted into the room of the line: one line, several lines, entities and bold ones."""
    bold = '<text font-size="10px" font-weight="bold"><tspan>A</tspan><tspan x="0" dy="14">B</tspan></text>'
    svg = f'<text font-size="10px">A &amp; B</text>{bold}'
    stated = [float(each) for each in re.findall(r'<t[^>]+ textLength="([\d.]+)" lengthAdjust', fitted(svg))]
    wanted = [width("A & B", 10), width("A", 10, bold=True), width("B", 10, bold=True)]
    assert pytest.approx(wanted, abs=0.06) == stated
    assert ["A", "B"] == re.findall(r'font-weight="bold"[^>]*>(.)</text>', fitted(svg))
    assert "tspan" not in fitted(svg)
    assert '<text font-size="10px"/>' == fitted('<text font-size="10px"/>')


def test_all_lines_of_a_chart_state_their_width_and_font() -> None:
    """No text of a picture is without, and the font that was measured is the first that is asked for."""
    svg = chart(_question("bar"), _table("Chatbot"), "source")
    texts = re.findall(r"<text ([^>]*)>", svg)
    assert texts
    assert all("textLength" in given for given in texts)
    assert all(f'font-family="{FONT}"' in given for given in texts)


def test_a_text_is_folded_and_cut_by_its_width() -> None:
    """No line is wider than the room, a word that is too long is divided, and nothing is lost unless it is cut."""
    text = f"Dates and a-word-{'x' * 60} and the end"
    lines = folded(text, 120, 12)
    assert all(width(line, 12) <= 120 for line in lines)
    assert text.replace(" ", "") == "".join(lines).replace(" ", "")
    assert text == cut(text, 1000, 12)
    assert cut(text, 120, 12).endswith("…")
    assert 120 >= width(cut(text, 120, 12), 12)


def _question(view: str, *parameters: Parameter, **chosen: object) -> QueryFile:
    header = {"title": "Profile", "question": "In what incidents?", "view": view, "chart": chosen}
    return QueryFile(Path("a-question.rq"), "", header, parameters)


def _table(*names: str) -> Table:
    return Table(("name", "events"), tuple((Literal(name), Literal(1)) for name in names))


def test_a_long_label_has_several_lines_and_stays_one_of_its_kind() -> None:
    """Labels that are the same where they are cut are told apart by numbers, and no line is too wide."""
    long = "An incident whose title goes on " * 12
    rows = drawing_of(_question("bar"), _table(f"{long} A", f"{long} B")).body["data"]["values"]
    labels = [row["label"] for row in rows]
    assert 2 == len(set(labels))
    assert labels[1].endswith("… (2)")
    assert all(1 < label.count("\n") < 5 for label in labels)
    assert all(width(line, LABEL_SIZE) <= LABEL_ROOM for label in labels for line in label.split("\n"))


def test_what_tells_a_label_apart_is_not_cut() -> None:
    """The title is cut before the text that stands behind it."""
    long = "An incident whose title goes on " * 12
    table = Table(
        ("name", "kind", "events"),
        tuple((Literal(long), Literal(kind), Literal(1)) for kind in ("source", "proceeding")),
    )
    rows = drawing_of(_question("bar", facet="events"), table).body["data"]["values"]
    assert ["… · source", "… · proceeding"] == [
        re.sub(r"\s+", " ", row["label"])[-len(end) :]
        for row, end in zip(rows, ("… · source", "… · proceeding"), strict=True)
    ]


def test_a_label_names_every_column_that_the_header_names() -> None:
    """Both modes of a pair are in the label, though one alone would tell the rows apart."""
    table = Table(
        ("first", "second", "events"),
        (
            (Literal("Hallucination"), Literal("Data Leakage"), Literal(1)),
            (Literal("Tool Misuse"), Literal("Data Leakage"), Literal(1)),
        ),
    )
    rows = drawing_of(_question("bar", y=["first", "second"]), table).body["data"]["values"]
    assert ["Hallucination · Data Leakage", "Tool Misuse · Data Leakage"] == [row["label"] for row in rows]


ORGANISATION = Parameter("organisation", "iri", "Organisation", "meta", kind="organisation")
RANK = Parameter("min_rank", "integer", "Lowest rank", "3")
SURFACE = Parameter("surface", "iri", "Surface", optional=True, scheme="surface")


def test_a_chart_says_for_what_it_was_made() -> None:
    """Every parameter that has a value is named below the question, and in the description of the picture."""
    question = _question("bar", ORGANISATION, RANK, SURFACE)
    svg = chart(question, _table("Chatbot"), "source", question.bind({}), {META.value: "Meta Platforms"})
    assert ">Organisation: Meta Platforms; Lowest rank: 3</text>" in svg
    assert "<desc>In what incidents? Organisation: Meta Platforms; Lowest rank: 3</desc>" in svg


def test_two_values_make_two_charts() -> None:
    """Pictures for two vendors whose numbers are the same differ."""
    question = _question("bar", ORGANISATION)
    one, two = (
        chart(question, _table("Chatbot"), "source", question.bind({"organisation": each}))
        for each in ("meta", "fabrikam-bank")
    )
    assert one != two
    assert "Organisation: Fabrikam bank" in two


def test_a_value_without_a_label_is_named_by_its_address() -> None:
    """The last part of the IRI, as words; a parameter without a value is not named."""
    question = _question("bar", ORGANISATION, SURFACE)
    assert "Organisation: Fabrikam bank" == asked_for(question, {"organisation": BANK}, {})
    assert "" == asked_for(question, {}, {})


def test_labels_are_read_from_the_graph() -> None:
    """By rdfs:label or skos:prefLabel; what has none, and what is no IRI, is left out."""
    label = NamedNode(NAMESPACES["rdfs"] + "label")
    store = OxigraphStore.of([Quad(META, label, Literal("Meta"), NamedNode("https://example.org/graph"))])
    terms: dict[str, Term] = {"organisation": META, "other": BANK, "min_rank": Literal(3)}
    assert {META.value: "Meta"} == labels_of(store, terms)
