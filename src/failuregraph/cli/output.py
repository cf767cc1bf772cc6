"""How answers reach the terminal or a file: a table for people, the standard formats for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

from failuregraph.errors import WrongUse
from failuregraph.names import XSD, format_named, shorten
from failuregraph.query import serialise
from failuregraph.store import Statements, Table, Truth

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.store import Answer, Term

__all__ = ["GRAPH_FORMATS", "TABLE_FORMATS", "chosen", "emit", "plain", "render"]

TABLE_FORMATS: Final = ("table", "csv", "tsv", "json", "xml", "jsonl", "md")
GRAPH_FORMATS: Final = ("ttl", "nt", "jsonld", "rdf")


def emit(data: bytes, output: Path | None = None) -> None:
    """Write data to a file, whole or not at all, or to stdout."""
    if output is not None:
        from failuregraph.turtle import save

        save(output, data.decode("utf-8"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def render(answer: Answer, name: str | None, *, color: bool | None = None) -> bytes:
    """Return an answer in the named format; with no name a table on a terminal, CSV or Turtle in a pipe."""
    taken = chosen(answer, name)
    if taken in ("table", "md", "jsonl"):
        if isinstance(answer, Statements):
            raise WrongUse(f"a graph cannot be written as {taken}; choose one of {', '.join(GRAPH_FORMATS)}.")
        table = _as_table(answer)
        if taken == "table":
            return _drawn(table, color=color)
        return _markdown(table) if taken == "md" else _json_lines(table)
    form = format_named(taken, graph=isinstance(answer, Statements))
    if form is None:
        kind = "a graph" if isinstance(answer, Statements) else "a table"
        known = GRAPH_FORMATS if isinstance(answer, Statements) else TABLE_FORMATS
        raise WrongUse(f"{kind} cannot be written as {taken}; choose one of {', '.join(known)}.")
    return serialise(answer, form)


def chosen(answer: Answer, name: str | None) -> str:
    """Return the name of the format that an answer is written in where that one was asked for, or none was."""
    if name:
        return name
    if isinstance(answer, Statements):
        return "ttl"
    if sys.stdout.isatty():
        return "table"
    return "json" if isinstance(answer, Truth) else "csv"


def _as_table(answer: Table | Truth) -> Table:
    if isinstance(answer, Table):
        return answer
    import pyoxigraph

    return Table(("answer",), ((pyoxigraph.Literal(answer.value),),))


def plain(term: Term | None) -> str:
    """Return a term as a person reads it: a prefixed name, or the text of a literal; empty for None."""
    import pyoxigraph

    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        return shorten(term.value)
    return term.value


def _is_number(term: Term | None) -> bool:
    import pyoxigraph

    numeric = (XSD + "integer", XSD + "decimal", XSD + "double")
    return isinstance(term, pyoxigraph.Literal) and term.datatype.value in numeric


def _drawn(table: Table, *, color: bool | None) -> bytes:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as Drawing
    from rich.text import Text

    drawing = Drawing(box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(table.columns):
        cells = [row[place] for row in table.rows if row[place] is not None]
        justify = "right" if cells and all(_is_number(cell) for cell in cells) else "left"
        drawing.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]  # one of two of rich's literals
    for row in table.rows:
        drawing.add_row(*(Text(plain(term)) for term in row))
    width = None if sys.stdout.isatty() else 200
    console = Console(force_terminal=color, no_color=color is False, width=width, highlight=False)
    with console.capture() as captured:
        console.print(drawing)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return ("\n".join(lines).strip("\n") + "\n").encode()


def _markdown(table: Table) -> bytes:
    rows = [list(table.columns), ["---"] * len(table.columns)]
    rows += [[plain(term).replace("|", "\\|").replace("\n", " ") for term in row] for row in table.rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows).encode()


def _json_lines(table: Table) -> bytes:
    objects = (
        {name: term.value for name, term in zip(table.columns, row, strict=True) if term is not None}
        for row in table.rows
    )
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects).encode()
