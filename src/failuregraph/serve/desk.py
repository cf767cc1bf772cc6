"""What every page and document is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response

from failuregraph.names import BASE
from failuregraph.pages.linked.refusals import refusal_graph
from failuregraph.query import write_graph
from failuregraph.serve.negotiate import choose
from failuregraph.serve.problems import body_of, graph_wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import HTMLResponse

    from failuregraph.pages.rendering import Templates
    from failuregraph.pages.site import Site
    from failuregraph.serve.problems import Refused
    from failuregraph.serve.settings import Place, Settings

__all__ = ["Desk"]


@dataclass(frozen=True)
class Desk:
    """The release that is shown, the templates, where the server stands, and its limits."""

    site: Site
    templates: Templates
    place: Place
    settings: Settings

    def page(self, template: str, view: object) -> HTMLResponse:
        """Return a page made from a view."""
        return self.templates.page(template, view)

    def refuse(
        self, accept: str | None, refused: Refused, choices: Sequence[tuple[str, str]] = (), near: str = ""
    ) -> Response:
        """Return a refusal as a page, as problem details, as RDF or as plain text, as the client likes best.

        ``choices`` are media types with their addresses, ``near`` is a path that may have been meant.
        """
        headers = {"Vary": "Accept", **refused.headers}
        if choose(accept, "graph", html=True) == "html":
            return self.templates.error(refused.status, refused.message, headers, choices, near)
        form = graph_wanted(accept)
        if form is not None:
            told = refusal_graph(refused.status, refused.message, f"{BASE}{quote(near)}" if near else "")
            return Response(write_graph(told, form.name), refused.status, headers | {"Content-Type": form.content_type})
        if choices:
            refused.more["alternatives"] = [{"type": kind, "address": address} for kind, address in choices]
        if near:
            refused.more["nearest"] = f"{self.place.root}/{near}"
        body, kind = body_of(refused, accept, "", self.site.release.identifier)
        if kind.startswith("text/plain"):
            body += "".join(f"{name} {address}\n" for name, address in choices).encode()
            body += f"The nearest address that there is: {self.place.root}/{near}\n".encode() if near else b""
        return Response(body, refused.status, headers | {"Content-Type": kind})
