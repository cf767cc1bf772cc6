"""Which page a document has: one of its own kind, or the page of any thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, ONTOLOGY, SCHEMES, SHAPES
from failuregraph.pages.terms.constraints import shapes_page
from failuregraph.pages.terms.ontology import ontology_page
from failuregraph.pages.things.concepts import scheme_page
from failuregraph.pages.things.organisations import organisation_page
from failuregraph.pages.things.publishers import publisher_page
from failuregraph.pages.things.registries import registry_page
from failuregraph.pages.things.systems import control_page, system_page
from failuregraph.pages.things.thing import thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.pages.site import Site

__all__ = ["page_of"]

_KINDS: Final[dict[str, Callable[[Site, str], object]]] = {
    "organisation": organisation_page,
    "publisher": publisher_page,
    "system": system_page,
    "control": control_page,
    "registry": registry_page,
}
_SHAPES: Final = SHAPES.removeprefix(BASE)


def page_of(site: Site, path: str) -> tuple[str, object]:
    """Return the template and the view of the document at a path, which must exist."""
    kind, _, rest = path.partition("/")
    thing_kind = rest.partition("/")[0] if kind == "doc" else ""
    if thing_kind in _KINDS:
        return f"{thing_kind}.html", _KINDS[thing_kind](site, path)
    if path in SCHEMES:
        return "scheme.html", scheme_page(site, path)
    if path == ONTOLOGY.removeprefix(BASE):
        return "ontology.html", ontology_page(site)
    if kind == _SHAPES:
        return "shapes.html", shapes_page(site, path)
    return "thing.html", thing(site, path)
