"""The views of all other pages, and the choice of the view of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failuregraph.pages.choice import page_of
from failuregraph.pages.incident.record import record_page
from failuregraph.pages.linked.changes import CHANGES
from failuregraph.pages.linked.gathered import outside_page
from failuregraph.pages.linked.refusals import refusals
from failuregraph.pages.published.changes import changes_page

if TYPE_CHECKING:
    from failuregraph.pages.site import Site

__all__ = [
    "document",
]


def document(site: Site, path: str) -> tuple[str, object]:
    """Return the template and the view of the document at a path, which must exist."""
    kind, _, identifier = path.partition("/")
    if kind == "record":
        return "record.html", record_page(site, identifier)
    if path == "problem":
        return "problem.html", refusals()
    if kind == CHANGES:
        return changes_page(site, path)
    if path.startswith("doc/incident/"):
        return "outside.html", outside_page(site, path.removeprefix("doc/incident/"))
    return page_of(site, path)
