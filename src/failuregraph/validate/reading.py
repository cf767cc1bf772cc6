"""The gates of a file's text: can it be read, is it UTF-8, does it parse, does it say anything, is it in form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.turtle import format_graph, parse, read_text
from failuregraph.validate.fault import Fault, Loaded, Term
from failuregraph.validate.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.project import SourceFile

__all__ = ["canonical", "load", "statements"]

_BOM = "\ufeff"


def load(source: SourceFile) -> Loaded | Fault | tuple[Fault, int]:
    """Return the file, or the fault that keeps it from being read, with the line where that is known."""
    try:
        text = read_text(source.path)
    except Unreadable as error:
        rule = "encoding" if "UTF-8" in error.message else "missing"
        return Fault(source, rule, error.message, ""), error.line or 0
    if text.startswith(_BOM):
        return Fault(source, "encoding", "the file begins with a byte order mark.", "Save it as UTF-8 without one."), 1
    try:
        graph = parse(text, source.path)
    except Unreadable as error:
        return Fault(source, "syntax", error.message, "Correct the Turtle at this line."), error.line or 0
    triples = statements(ox.parse(text, format=ox.RdfFormat.TURTLE))
    if not triples:
        return Fault(source, "empty", "the file states nothing.", "Write its statements or delete the file.")
    return Loaded(source, text, graph, triples, Positions.of(text))


def statements(quads: Iterable[ox.Quad]) -> tuple[tuple[Term, Term, Term], ...]:
    """Return the statements as the gates look at them."""
    return tuple((_term(quad.subject), _term(quad.predicate), _term(quad.object)) for quad in quads)


def _term(term: object) -> Term:
    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.Literal):
        return Term("literal", term.value, term.datatype.value, term.language or "")
    return Term("blank", str(term))


def canonical(file: Loaded) -> list[tuple[Fault, int]]:
    """Return the fault of a file that is not in canonical form, with the first line that differs."""
    try:
        wanted = format_graph(file.graph, file.text, file.source.path, file.source.subjects)
    except Unreadable as error:
        return [(Fault(file.source, "format", error.message, "Write the literal as formatting keeps it."), 1)]
    if wanted == file.text:
        return []
    pairs = zip(file.text.splitlines(), wanted.splitlines(), strict=False)
    line = next((place for place, (is_, should) in enumerate(pairs, 1) if is_ != should), 1)
    fault = Fault(file.source, "format", "not in canonical form.", f"Run failuregraph fmt {file.source.path}")
    return [(fault, line)]
