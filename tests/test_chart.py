"""Charts: what an SVG must say and show, read from its text and from what it tells a reader of screens."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode

from failuregraph.answer.chart import KINDS, chart
from failuregraph.errors import WrongUse
from failuregraph.names import XSD
from failuregraph.query import QueryFile
from failuregraph.store import Table, Term

SOURCE = "AI Failure Index; release 2026.11; CC BY 4.0"
#: A cell as it is written below: a whole number, a text, or nothing.
Given = str | int | None


def _table(columns: str, *rows: tuple[Given, ...]) -> Table:
    return Table(tuple(columns.split()), tuple(tuple(map(_term, row)) for row in rows))


def _term(value: Given) -> Term | None:
    if value is None or isinstance(value, int):
        return None if value is None else Literal(value)
    return NamedNode(value) if value.startswith("https://") else Literal(value)


def _question(view: str, **said: Any) -> QueryFile:  # noqa: ANN401 - a header holds whatever TOML can say
    header = {"title": "Gaps & surfaces", "question": "Which control gaps recur?", "view": view, **said}
    return QueryFile(Path("a-question.rq"), "", header, ())


def _marks(svg: str) -> list[str]:
    """Return what each mark that stands for data is called, in order."""
    found = re.findall(r'aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="([^"]+)"', svg)
    return [html.unescape(label) for label, kind in found if kind not in ("title", "subtitle", "axis", "legend")]


def _texts(svg: str) -> list[str]:
    """Return every line of text that is seen."""
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own text
    return [line for each in texts for line in each.itertext()]


BARS = _table(
    "basis gap surfaces events",
    ("observed", "No outbound data check", 1, 1),
    ("profile", "No outbound data check", 4, 6),
    ("profile", "No source check", 5, 9),
    ("profile", "not known", 2, 3),
)
MATRIX = _table(
    "mode severity rank incidents events",
    ("Hallucination", "Low", 1, 2, 2),
    ("Hallucination", "not known", 0, 90, 90),
    ("Data Leakage", "High", 3, 7, 6),
    ("Data Leakage", "Low", 1, 1, 1),
)
LINE = _table(
    "mode year events",
    ("Hallucination", 2020, 2),
    ("Hallucination", 2021, 5),
    ("Hallucination", 2024, 7),
    ("Data Leakage", 2021, 1),
)
TIMELINE = _table(
    "kind incident title date",
    ("year", "https://example.org/1", "A model failed", "2021"),
    ("1 January", "https://example.org/2", "Another model failed", "2022-01-01"),
    ("month", "https://example.org/3", "A third model failed", "2022-02"),
)
EXAMPLES = {"bar": BARS, "matrix": MATRIX, "line": LINE, "timeline": TIMELINE}
#: What the headers of the examples say; the other two have one number, or one date, and need to say nothing.
CHOSEN = {"bar": {"x": "surfaces"}, "matrix": {"color": "incidents"}, "line": {}, "timeline": {}}


def _example(kind: str) -> str:
    """Return the chart of the example of a kind."""
    return chart(_question(kind, chart=CHOSEN[kind]), EXAMPLES[kind], SOURCE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_says_what_it_shows(kind: str) -> None:
    """Title, question and source are in the text of the picture, and title and question are told apart from marks."""
    svg = _example(kind)
    assert {"Gaps & surfaces", "Which control gaps recur?", f"Source: {SOURCE}"} <= set(_texts(svg))
    assert "<title>Gaps &amp; surfaces</title><desc>Which control gaps recur?</desc>" in svg


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_table_gives_the_same_text(kind: str) -> None:
    """Nothing of a chart hangs on the time or on chance."""
    assert _example(kind) == _example(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_one_mark(kind: str) -> None:
    """No row is hidden or merged, and each mark tells its whole row."""
    marks = _marks(_example(kind))
    assert len(EXAMPLES[kind].rows) == len(marks)
    assert len(marks) == len(set(marks))


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("bar", {"Gap", "Surfaces"}),
        ("matrix", {"Mode", "Severity", "Incidents"}),
        ("line", {"Year", "Events", "Mode"}),
        ("timeline", {"Title", "Date"}),
    ],
)
def test_axes_are_named(kind: str, titles: set[str]) -> None:
    """A title is the name of the column in words, which says what is counted."""
    assert titles <= set(_texts(_example(kind)))


def test_observed_and_profile_are_never_in_one_bar() -> None:
    """One gap of both bases is two bars, in two parts of the chart, in two colours."""
    svg = _example("bar")
    assert {"Basis: observed", "Basis: profile"} <= set(_texts(svg))
    gap = [mark for mark in _marks(svg) if "No outbound data check" in mark]
    assert ["observed", "profile"] == [re.split("[:;] ?", mark)[1] for mark in gap]
    assert {"#0072B2": 1, "#E69F00": 2} == {colour: svg.count(f'fill="{colour}"') for colour in ("#0072B2", "#E69F00")}


def test_what_is_not_known_is_shown_in_grey() -> None:
    """The row has its bar with its number, and its colour is no colour of what is known."""
    svg = _example("bar")
    assert "not known" in _texts(svg)
    assert 1 == svg.count('fill="#8C8C8C"')


def test_a_long_bar_of_what_is_not_known_is_cut_and_says_so() -> None:
    """Known bars stay readable; the number and a note tell that the bar is longer."""
    svg = chart(_question("bar"), _table("surface events", ("Chatbot", 3), ("not known", 1604)), SOURCE)
    assert "1,604 (bar cut)" in _texts(svg)
    assert any("it is cut, its number is not" in text for text in _texts(svg))


def test_a_larger_number_never_has_a_shorter_bar() -> None:
    """What is not known is cut where all of it is cut: 21 and 20 are at least as long as 14."""
    rows = (
        ("A", "x", 7),
        ("not known", "a", 14),
        ("not known", "b", 21),
        ("not known", "c", 20),
        ("not known", "d", 8),
    )
    svg = chart(_question("bar", chart={"x": "events", "y": "sector"}), _table("sector mode events", *rows), SOURCE)
    found = re.findall(r'Events: (\d+)" [^>]* d="M0,[\d.]+h([\d.]+)', svg)
    bars = sorted((float(number), float(length)) for number, length in found)
    assert 5 == len(bars)
    assert [length for _, length in bars] == sorted(length for _, length in bars)
    assert bars[0][1] < bars[1][1] < bars[2][1]


def test_a_cell_of_what_is_not_known_is_grey() -> None:
    """The largest number of a matrix is of what is not known, and the shades are those of the others."""
    svg = _example("matrix")
    assert 1 == svg.count('fill="#DADADA"')
    assert {"2", "90", "7", "1"} <= set(_texts(svg))


def test_a_number_that_is_missing_is_no_zero_of_a_matrix() -> None:
    """Its square is grey and has a question mark; its words say that it is not known."""
    table = _table("mode band percent", ("Hallucination", "Days", 5), ("Hallucination", "Weeks", None))
    svg = chart(_question("matrix"), table, SOURCE)
    assert {"5", "?"} <= set(_texts(svg))
    assert 1 == svg.count('fill="#DADADA"')
    assert any(mark.startswith("Hallucination: not known; ") for mark in _marks(svg))


def test_values_stand_in_the_order_of_their_rank() -> None:
    """Low stands before High, and what is not known last."""
    texts = _texts(_example("matrix"))
    places = [texts.index(each) for each in ("Low", "High", "not known")]
    assert sorted(places) == places


def test_a_line_is_broken_where_there_is_no_row() -> None:
    """The years without a row stand on the axis, and no line leads across them."""
    svg = chart(_question("line"), LINE, SOURCE)
    assert {"2020", "2021", "2022", "2023", "2024"} <= set(_texts(svg))
    drawn = re.findall(r' d="M[\d.,-]+L[\d.,L-]+"', svg)
    assert 1 == len(drawn)
    assert 1 == drawn[0].count("L")


def test_a_row_without_a_number_is_counted_beside_the_line() -> None:
    """It has no point, and the picture says so."""
    svg = chart(_question("line"), _table("year percent", (2020, 50), (2021, None), (2022, 75)), SOURCE)
    assert "1 row of 3 without a number for “percent” has no point." in _texts(svg)


def test_a_year_is_as_long_as_a_year() -> None:
    """A date of lower precision is drawn from its first day to its last."""
    widths = _spans(chart(_question("timeline"), TIMELINE, SOURCE))
    assert 3 == len(widths)
    assert pytest.approx(widths["2021"] / widths["2022-02"], rel=0.05) == 364 / 27
    assert 0 == widths["2022-01-01"]


def _spans(svg: str) -> dict[str, float]:
    found = re.findall(r'<line aria-label="([^"]*)"[^>]* x2="([\d.-]+)"', svg)
    return {label.rpartition(": ")[2]: abs(float(width)) for label, width in found}


def test_a_span_runs_from_one_date_to_the_other() -> None:
    """A timeline of two columns of dates begins at the one that the header names first and ends at the other."""
    table = _table("name to from", ("A", "2021-01-01", "2020-01-01"), ("B", "2020-07-01", "2020-01-01"))
    svg = chart(_question("timeline", chart={"x": ["from", "to"]}), table, SOURCE)
    found = re.findall(r'<line aria-label="Name: (.)[^>]* transform="translate\(([\d.]+),[^>]* x2="([\d.-]+)"', svg)
    (_, begin, year), (_, same, half) = found
    assert begin == same
    assert pytest.approx(366 / 182, rel=0.02) == float(year) / float(half)


def test_many_dates_are_strokes() -> None:
    """No row of a long timeline is left out: each is one stroke in the strip of its kind."""
    rows = [("day", f"Title {number}", f"2024-01-{number % 28 + 1:02}") for number in range(90)]
    assert 90 == len(_marks(chart(_question("timeline"), _table("kind title date", *rows), SOURCE)))


def test_too_many_bars_are_fewer_and_say_so() -> None:
    """Of 100 rows the largest are kept, with what is not known, and the subtitle says how many there were."""
    rows: list[tuple[Given, ...]] = [(f"Surface {number}", number) for number in range(99)]
    svg = chart(_question("bar"), _table("surface events", *rows, ("not known", 1)), SOURCE)
    marks = _marks(svg)
    assert "Shown are the 40 largest of 100 rows, by events." in _texts(svg)
    assert 40 == len(marks)
    assert {"Surface: Surface 98; Events: 98", "Surface: not known; Events: 1"} <= set(marks)
    assert "Surface: Surface 3; Events: 3" not in marks


def test_a_long_label_is_cut_and_told_whole() -> None:
    """What is too long for the axis is whole in the words of the mark."""
    name = "A very long name of a surface " * 12
    svg = chart(_question("bar"), _table("surface events", (name, 3)), SOURCE)
    assert any(text.endswith("…") for text in _texts(svg))
    assert [f"Surface: {' '.join(name.split())}; Events: 3"] == _marks(svg)


def test_rows_that_share_a_label_are_told_apart() -> None:
    """Other columns are added to the label, and a number where nothing differs."""
    table = _table("name kind events", ("A", "x", 1), ("A", "y", 2), ("A", "y", 2))
    assert {"A · x", "A · y", "A · y (2)"} <= set(_texts(chart(_question("bar"), table, SOURCE)))


def test_several_columns_of_numbers_are_a_matrix() -> None:
    """Where the header names several columns of counts their names are one side of the matrix."""
    table = _table("surface events high medium low not_known", ("Chatbot", 9, 3, 2, 1, 3))
    svg = chart(_question("matrix", chart={"x": ["high", "medium", "low", "not_known"]}), table, SOURCE)
    assert {"High", "Medium", "Low", "Not known", "Surface", "Events"} <= set(_texts(svg))
    assert 4 == len(_marks(svg))


def test_the_header_chooses_columns() -> None:
    """``chart`` names the columns and what the number counts."""
    chosen = {"x": "falls", "y": "publisher", "facet": "kind", "unit": "records"}
    table = _table("kind publisher events falls", ("press", "The Daily", 9, 2))
    texts = _texts(chart(_question("bar", chart=chosen), table, SOURCE))
    assert {"Falls (records)", "Publisher", "Kind: press", "2"} <= set(texts)
    assert "9" not in texts


def test_a_colour_of_the_header_has_a_legend() -> None:
    """A column that colours bars is named beside them."""
    table = _table("mode claim events", ("Data Leakage", "alleged", 3), ("Hallucination", "confirmed", 2))
    texts = _texts(chart(_question("bar", chart={"color": "claim"}), table, SOURCE))
    assert {"Claim", "alleged", "confirmed"} <= set(texts)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"x": "surface"}, "has no column “surface” to draw, did you mean “surfaces”?"),
        ({"colour": "gap"}, "has “colour” in its chart, did you mean “color”?"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(chosen: dict[str, str], said: str) -> None:
    """The message names the nearest column or key."""
    with pytest.raises(WrongUse) as error:
        chart(_question("bar", chart=chosen), BARS, SOURCE)
    assert said.rstrip("?") in str(error.value)


@pytest.mark.parametrize("view", ["table", "graph", "tree"])
def test_what_is_no_chart_is_refused(view: str) -> None:
    """The message names the charts and the formats that there are."""
    with pytest.raises(WrongUse, match=f"is a {view}, which is not drawn; a chart is one of bar.* csv"):
        chart(_question(view), BARS, SOURCE)


def test_nothing_is_not_drawn() -> None:
    """An empty answer is refused with its reason: an empty picture would look like a finding."""
    with pytest.raises(WrongUse, match=r"has no rows, so there is nothing to draw: No step\."):
        chart(_question("bar", empty="No step."), _table("gap events"), SOURCE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_the_columns_is_refused(kind: str) -> None:
    """A chart needs a number or a date, and says so."""
    with pytest.raises(WrongUse, match=r"has no column"):
        chart(_question(kind), _table("name", ("A",)), SOURCE)


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        ("bar", BARS, r"\(surfaces, events\); say .* chart = \{ x = \"surfaces\" \}"),
        ("matrix", MATRIX, r"chart = \{ color = \"incidents\" \}"),
        ("line", _table("year events percent", (2020, 2, 50)), r"\(events, percent\); .* chart = \{ y = \"events\" \}"),
        ("timeline", _table("name from to", ("A", "2020", "2021")), r"chart = \{ x = \[\"from\", \"to\"\] \}"),
    ],
)
def test_none_of_several_numbers_is_guessed(kind: str, table: Table, said: str) -> None:
    """A picture of another number than its title names would be believed, so the header has to say which one it is."""
    with pytest.raises(WrongUse, match=said):
        chart(_question(kind), table, SOURCE)


def test_several_numbers_stand_side_by_side() -> None:
    """Each row has a bar for each column that the header names, in a colour that the legend explains."""
    table = _table("mode events without", ("Data Leakage", 4, 3), ("not known", 2, 2))
    svg = chart(_question("bar", chart={"x": ["events", "without"]}), table, SOURCE)
    assert ["Events: 4", "Without: 3", "Events: 2", "Without: 2"] == [each.split(";")[0] for each in _marks(svg)]
    assert {"Events", "Without", "4", "3", "2"} <= set(_texts(svg))
    assert 2 == svg.count('opacity="0.45"')


def test_a_number_below_zero_points_to_the_other_side() -> None:
    """A bar of a difference begins at zero, and its number stands behind its end."""
    svg = chart(_question("bar"), _table("surface points", ("Chatbot", -8), ("Copilot", 4)), SOURCE)
    below, above = (re.search(rf'Points: {n}" [^>]* d="M([\d.]+),[\d.]+h([\d.]+)', svg) for n in ("-8", "4"))
    assert below
    assert above
    assert pytest.approx(2 * float(above[2]), rel=0.02) == float(below[2])
    assert pytest.approx(float(below[1]) + float(below[2]), abs=1) == float(above[1])
    assert 'text-anchor="end"' in re.findall(r"<text ([^>]*)>-8</text>", svg)[0]


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts alone need vl-convert-python."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(WrongUse, match="pip install vl-convert-python"):
        _example("bar")


def test_a_decimal_and_a_missing_number_are_written() -> None:
    """A fraction keeps its digits; a number that is not there is said to be not known, and drawn as nothing."""
    bits = Literal("10.589", datatype=NamedNode(XSD + "decimal"))
    table = Table(("name", "bits"), ((Literal("rare"), bits), (Literal("unweighed"), None)))
    assert {"10.589", "not known", "Bits"} <= set(_texts(chart(_question("bar"), table, SOURCE)))
