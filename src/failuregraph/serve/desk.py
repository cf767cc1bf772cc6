"""What every page and document is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from failuregraph.pages.rendering import Templates
    from failuregraph.pages.site import Site
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
