"""The charts of the bank: each draws the number that its header names, and tells all its rows apart."""

from __future__ import annotations

import datetime as dt
import functools
import html
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from browsing import chromium
from playwright.sync_api import Page

from failuregraph.answer.chart import KINDS, chart, drawing_of
from failuregraph.answer.chart_asked import labels_of
from failuregraph.answer.chart_sheet import Sheet, listed, number_words, sheet_of, words
from failuregraph.derive import derive
from failuregraph.project import Project
from failuregraph.query import QueryFile, run
from failuregraph.store import OxigraphStore, Table, project_quads

ROOT = Path(__file__).parent.parent
SOURCE = "AI Failure Index, Realm Labs, CC BY 4.0; Failure Graph contributors, CC BY 4.0. Release a36aafa16195a3b0"
DRAWN = [each for each in QueryFile.folder(ROOT / "queries" / "answers") if each.said("view") in KINDS]
#: By which key of ``chart`` the header of each view names what is drawn.
KEY = {"bar": "x", "line": "y", "matrix": "color", "timeline": "x"}
SVG = "{http://www.w3.org/2000/svg}"
DATE = re.compile(r"[12]\d{3}(-\d{2}){0,2}")
each_question = pytest.mark.parametrize("question", DRAWN, ids=lambda question: question.name)


def _store(project: Project) -> OxigraphStore:
    quads = project_quads(project)
    return OxigraphStore.of([*quads, *derive(quads, project)])


@pytest.fixture(scope="module")
def store(together: Project) -> OxigraphStore:
    """Return the corpus with five registries and what the rules derive."""
    return _store(together)


@pytest.fixture(scope="module")
def picture(store: OxigraphStore) -> Callable[[QueryFile], str]:
    """Return the chart of a question on the corpus, which is drawn once."""
    return functools.cache(lambda question: chart(question, _answer(store, question), SOURCE))


def _answer(store: OxigraphStore, question: QueryFile) -> Table:
    """Return the answer on the corpus, with the parameters of its golden file."""
    given = ROOT / "tests" / "answers" / f"{question.name}.json"
    return run(store, question, json.loads(given.read_text(encoding="utf-8")) if given.exists() else None)


def _declared(question: QueryFile) -> list[str]:
    """Return the columns that the header says are drawn: a list of columns in ``x`` is a matrix of them."""
    said = question.header.get("chart", {})
    across = said.get("x")
    return listed(across if isinstance(across, list) else said.get(KEY[question.said("view")]))


def _drawable(question: QueryFile, sheet: Sheet) -> list[str]:
    """Return the columns that could be drawn: dates for a timeline, else what counts."""
    if question.said("view") != "timeline":
        return sheet.counts()
    return [each for each in sheet.texts if all(DATE.fullmatch(str(row[each])) for row in sheet.rows)]


def _values(question: QueryFile, table: Table) -> Counter[str]:
    """Return the numbers of the declared columns, as they are written."""
    sheet = sheet_of(table, question.header.get("chart", {}))
    names = _declared(question) or _drawable(question, sheet)
    cells = [row[name] for row in sheet.rows for name in names]
    return Counter(number_words(cell) for cell in cells if isinstance(cell, float))


def _data(question: QueryFile, table: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = drawing_of(question, table).body["data"]["values"]
    return rows


@each_question
def test_a_drawn_question_says_what_is_drawn(question: QueryFile, store: OxigraphStore) -> None:
    """Its header names the column, unless there is but one: a guess among several draws another number."""
    table = _answer(store, question)
    drawable = _drawable(question, sheet_of(table, {}))
    assert drawable
    assert _declared(question) or 1 == len(drawable)
    assert set(_declared(question)) <= set(table.columns)


@each_question
def test_every_row_is_drawn(question: QueryFile, store: OxigraphStore, picture: Callable[[QueryFile], str]) -> None:
    """Each question that is a chart can be drawn from its own answer, and no row is left out in silence."""
    table = _answer(store, question)
    assert table.rows
    svg = picture(question)
    spared = sum(map(int, re.findall(r"(\d+) rows? of \d+ without a number", svg)))
    assert len(_marks(svg)) + spared >= len(table.rows) or "Shown are" in svg or "largest are shown" in svg


@each_question
def test_the_numbers_of_the_picture_are_those_of_the_declared_column(
    question: QueryFile, store: OxigraphStore, picture: Callable[[QueryFile], str]
) -> None:
    """Numbers beside bars and in squares are read from the picture; points and spans stand where the numbers say."""
    table = _answer(store, question)
    svg = picture(question)
    if question.said("view") in ("bar", "matrix"):
        assert _values(question, table) == Counter(_numbers(svg))
    if question.said("view") == "bar":
        _assert_straight([(abs(value), length) for value, length in _bars(question, svg)])
    elif question.said("view") == "line":
        points = _points(_declared(question)[0], svg)
        known = {each: number for each, number in _values(question, table).items() if each != "not known"}
        assert known == Counter(number_words(value) for value, _ in points)
        _assert_straight([(value, -place) for value, place in points])
    elif question.said("view") == "timeline":
        _assert_straight(_begins(_declared(question)[0], svg))


def _marks(svg: str) -> list[tuple[str, str]]:
    """Return what each mark that stands for data is called, and the attributes behind that."""
    found = re.findall(r'aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="([^"]+)"([^>]*)', svg)
    return [(html.unescape(text), rest) for text, kind, rest in found if kind not in _FRAME]


_FRAME = ("title", "subtitle", "axis", "legend")


def _numbers(svg: str) -> list[str]:
    """Return the numbers that are written in the drawing itself; a bar that is cut says so behind its number."""
    groups = ET.fromstring(svg).iter(f"{SVG}g")  # noqa: S314 - our own text
    texts = [text for each in groups if "mark-text role-mark" in each.get("class", "") for text in each.itertext()]
    return [re.sub(r"^\?$", "not known", text.removesuffix(" (bar cut)")) for text in texts]


def _number(name: str, said: str) -> float | None:
    """Return the number that the words of a mark give for a column."""
    found = re.search(rf"(?:^|; ){re.escape(words(name))}: (-?[\d.,]+)(?:;|$)", said)
    return float(found[1].replace(",", "")) if found else None


def _bars(question: QueryFile, svg: str) -> list[tuple[float, float]]:
    """Return the numbers and lengths of the bars that are not cut, some of which stand for one of several columns."""
    names = _declared(question)
    cut = {float(each.replace(",", "")) for each in re.findall(r">([\d.,]+) \(bar cut\)<", svg)}
    found = []
    for said, rest in _marks(svg):
        name = names[0] if len(names) == 1 else next(each for each in names if said.startswith(f"{words(each)}: "))
        value, length = _number(name, said), re.search(r"h([\d.]+)", rest)
        if value is not None and value not in cut and length:
            found.append((value, float(length[1])))
    return found


def _points(name: str, svg: str) -> list[tuple[float, float]]:
    pairs = [(_number(name, said), re.search(r"translate\([^,]+,([\d.]+)\)", rest)) for said, rest in _marks(svg)]
    return [(value, float(place[1])) for value, place in pairs if value is not None and place]


def _begins(name: str, svg: str) -> list[tuple[float, float]]:
    """Return the first day of each span and where it begins."""
    found = []
    for said, rest in _marks(svg):
        date = re.search(rf"(?:^|; ){re.escape(words(name))}: ({DATE.pattern})(?:;|$)", said)
        place = re.search(r"translate\(([\d.]+)", rest)
        if date and place:
            day = dt.date.fromisoformat(f"{date[1]}-01-01"[: len("2024-01-01")])
            found.append((float(day.toordinal()), float(place[1])))
    return found


def _assert_straight(pairs: list[tuple[float, float]]) -> None:
    """Show that places go with numbers on one straight line, to a pixel."""
    assert pairs
    (low, begin), (high, end) = min(pairs), max(pairs)
    slope = (end - begin) / (high - low) if high != low else 0
    assert high == low or slope > 0
    for value, place in pairs:
        assert pytest.approx(begin + slope * (value - low), abs=1) == place


def _places(question: QueryFile, rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return what tells the marks apart for the eye: label, part, column, and for a line its time and colour."""
    keys = {"line": ("time", "tone", "facet")}.get(question.said("view"), ("label", "facet", "across", "part"))
    return [tuple(str(row.get(key, "")) for key in keys) for row in rows]


@each_question
def test_no_two_rows_look_the_same(question: QueryFile, store: OxigraphStore) -> None:
    """Rows that differ in a column differ in label, part or colour."""
    assert not _twins(question, _answer(store, question))


def _twins(question: QueryFile, table: Table) -> list[tuple[str, ...]]:
    rows = _data(question, table)
    if "facet" not in rows[0]:
        return []  # strokes: too many rows for labels
    return [place for place, number in Counter(_places(question, rows)).items() if number > 1]


#: Every line of text with its rectangle, whether it is turned, and the size of the picture.
_LINES = """() => {
  const frame = document.querySelector('svg').getBoundingClientRect();
  const lines = [...document.querySelectorAll('svg text')].flatMap(text => {
    const parts = text.querySelector('tspan') ? [...text.querySelectorAll('tspan')] : [text];
    const turned = /rotate/.test(text.getAttribute('transform') || '');
    return parts.map(part => [part.textContent, part.getBoundingClientRect(), turned]);
  }).filter(([, box]) => box.width);
  return {
    outside: lines.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(([text]) => text),
    crossed: lines.flatMap(([text, box, turned], place) => turned ? [] : lines.slice(place + 1).filter(
      ([, other, also]) => !also && Math.min(box.right, other.right) - Math.max(box.left, other.left) > 3
        && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 5).map(([other]) => [text, other])),
    number: lines.length,
  };
}"""


@pytest.mark.slow
@pytest.mark.parametrize("font", ["", "monospace", "serif"])
def test_all_text_of_the_real_charts_can_be_read(repository: Project, font: str) -> None:
    """In the fonts of a browser, and in much wider ones, no text leaves its picture or lies on another."""
    real = _store(repository)
    wrong: dict[str, Any] = {}
    with chromium() as browser:
        page = browser.new_page()
        for question in DRAWN:
            table = run(real, question)
            if not table.rows:
                continue
            assert not _twins(question, table), question.name
            terms = question.bind({})
            seen = _seen(page, chart(question, table, SOURCE, terms, labels_of(real, terms)), font)
            assert seen["number"] > 4  # title, question, source and an axis at least
            if seen["outside"] or seen["crossed"]:
                wrong[question.name] = seen
    assert not wrong


def _seen(page: Page, svg: str, font: str) -> dict[str, Any]:
    style = f"<style>svg text {{ font-family: {font} !important }}</style>" if font else ""
    page.set_content(f"{style}<body>{svg}</body>")
    seen: dict[str, Any] = page.evaluate(_LINES)
    return seen
