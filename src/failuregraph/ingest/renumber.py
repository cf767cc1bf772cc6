"""Giving a record its number: all its IRIs are rewritten, and the old identifier redirects (decision 0002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef

from failuregraph.names import BASE, NAMESPACES
from failuregraph.turtle import header_of, parse, read_text, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rdflib.term import Node

    from failuregraph.project import Project

__all__ = ["renumber"]

_REPLACED = URIRef(NAMESPACES["dcterms"] + "isReplacedBy")


def renumber(project: Project, pending: Mapping[Path, str | None], old: str, new: str) -> dict[Path, str | None]:
    """Return the texts of the files that change when a record gets a new identifier; None removes a file.

    The record and its hand edits move, links follow, and ``withdrawn.ttl`` redirects the old identifier.
    ``pending`` are the texts that are to be written already.
    """
    source = project.path_of("record", old)
    text = _text(pending, source)
    if text is None:
        return {}
    record = write(
        _renamed(parse(text, source), old, new), (f"{BASE}record/{new}", f"{BASE}incident/{new}"), header_of(text)
    )
    changed: dict[Path, str | None] = {source: None, project.path_of("record", new): record}
    for path in sorted((project.data / "links").glob("*.ttl")):
        before = parse(_text(pending, path) or "", path)
        after = _renamed(before, old, new)
        if set(after) != set(before):
            changed[path] = write(after, (), header_of(_text(pending, path) or ""))
    withdrawn = project.data / "withdrawn.ttl"
    changed[withdrawn] = _redirected(_text(pending, withdrawn) or "", withdrawn, old, new)
    return changed


def _text(pending: Mapping[Path, str | None], path: Path) -> str | None:
    if path in pending:
        return pending[path]
    return read_text(path) if path.is_file() else None


def _renamed(graph: Graph, old: str, new: str) -> Graph:
    result = Graph(bind_namespaces="none")
    for triple in graph:
        subject, predicate, value = (_rename(node, old, new) for node in triple)
        result.add((subject, predicate, value))
    return result


def _rename(node: Node, old: str, new: str) -> Node:
    if isinstance(node, Literal):
        return Literal(new) if str(node) == old else node
    for kind in ("record", "incident"):
        start = f"{BASE}{kind}/{old}"
        if str(node) == start or str(node).startswith(start + "#"):
            return URIRef(f"{BASE}{kind}/{new}" + str(node).removeprefix(start))
    return node


def _redirected(text: str, path: Path, old: str, new: str) -> str:
    """Return the file of retired identifiers with one more; earlier redirects lead to the newest name."""
    graph = _renamed_targets(parse(text, path), old, new)
    for kind in ("record", "incident"):
        graph.add((URIRef(f"{BASE}{kind}/{old}"), _REPLACED, URIRef(f"{BASE}{kind}/{new}")))
    return write(graph, (), header_of(text))


def _renamed_targets(graph: Graph, old: str, new: str) -> Graph:
    result = Graph(bind_namespaces="none")
    for subject, predicate, value in graph:
        result.add((subject, predicate, _rename(value, old, new)))
    return result
