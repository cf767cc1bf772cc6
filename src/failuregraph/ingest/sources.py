"""What importers say of a source: title, address and the host in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyoxigraph as ox

from failuregraph.ingest.entry import english, typed

if TYPE_CHECKING:
    from failuregraph.ingest.entry import Part

__all__ = ["say_source"]


def say_source(part: Part, order: int, title: str, address: ox.NamedNode | None, publisher: str = "") -> None:
    """State the place, title, address, host and printed publisher of a source; what is empty is left out."""
    part.say("fg:order", typed(order, "integer"))
    part.say("dcterms:title", english(title) if title else None)
    part.say("foaf:page", address)
    host = (urlsplit(address.value).hostname or "").removeprefix("www.") if address else ""
    part.say("fg:host", ox.Literal(host) if host else None)
    part.say("fg:publisherName", ox.Literal(publisher) if publisher else None)
