"""The changes of records as linked data: an event stream (LDES) whose pages are the steps of the log.

A member says that a record was created, updated or withdrawn with a release, in the words of ActivityStreams 2.0.
Pages and members never change once they are there; a new step is a new page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import say, text
from failuregraph.history.answers import ANSWERS_FILE, date_of, read_answers
from failuregraph.history.records import RECORDS_FILE, Log, read_records
from failuregraph.names import BASE, CC_BY, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.build import Release
    from failuregraph.history.records import Kind, Step
    from failuregraph.pages.linked.imports import Graphs

__all__ = ["CHANGES", "change_documents", "log_of", "step_path"]

#: The path of the document that leads to all pages.
CHANGES: Final = "changes"
_VIEW: Final = BASE + CHANGES
_STREAM: Final = f"{_VIEW}#stream"
_TYPES: Final[dict[Kind, str]] = {"new": "as:Create", "changed": "as:Update", "withdrawn": "as:Delete"}


def log_of(release: Release) -> Log:
    """Return the log up to a release; of one that no log knows, a log that begins with it."""
    own = read_records(release.path / RECORDS_FILE)
    kept = Log.read(release.log_path).until(own)
    date = date_of(read_answers(release.path / ANSWERS_FILE))
    return kept if kept.steps else Log().with_release(release.identifier, date, own)


def step_path(number: int) -> str:
    """Return the path of the page of a step, counted from 1."""
    return f"{CHANGES}/{number}"


def change_documents(log: Log) -> Graphs:
    """Return the document of the stream and one for each step."""
    pages = {BASE + step_path(step.number): list(_page(step)) for step in log.steps}
    return {_VIEW: list(_view(log)), **pages}


def _view(log: Log) -> Iterator[ox.Triple]:
    """Yield the head of the stream, with a relation to each page; the pages have no order that a client need know."""
    yield from _stream()
    yield say(_STREAM, "rdfs:label", text("Changes of records"))
    yield say(_VIEW, "a", "tree:Node")
    yield say(_VIEW, "dcterms:title", text("Changes of records"))
    yield say(_VIEW, "dcterms:license", CC_BY)
    for step in log.steps:
        relation = f"{_VIEW}#step-{step.number}"
        yield say(_VIEW, "tree:relation", relation)
        yield say(relation, "a", "tree:Relation")
        yield say(relation, "tree:node", BASE + step_path(step.number))


def _stream() -> Iterator[ox.Triple]:
    yield say(_STREAM, "a", "ldes:EventStream")
    yield say(_STREAM, "ldes:timestampPath", "as:published")
    yield say(_STREAM, "ldes:versionOfPath", "as:object")
    yield say(_STREAM, "tree:view", _VIEW)


def _page(step: Step) -> Iterator[ox.Triple]:
    """Yield a page with its members."""
    page = BASE + step_path(step.number)
    yield from _stream()
    yield say(page, "a", "tree:Node")
    yield say(page, "dcterms:title", text(f"Changes with release {step.release}"))
    yield say(page, "dcterms:license", CC_BY)
    yield say(page, "dcterms:isPartOf", _VIEW)
    yield say(page, "dcterms:source", f"{BASE}release/{step.release}")
    for identifier, change in step.changes.items():
        member = f"{page}#{identifier}"
        yield say(_STREAM, "tree:member", member)
        yield say(member, "a", _TYPES[change.kind])
        yield say(member, "as:object", f"{BASE}record/{identifier}")
        if step.date:
            yield say(member, "as:published", _midnight(step.date))


def _midnight(day: str) -> ox.Literal:
    """Return a day as the moment that ActivityStreams asks for."""
    return ox.Literal(f"{day}T00:00:00Z", datatype=ox.NamedNode(f"{XSD}dateTime"))
