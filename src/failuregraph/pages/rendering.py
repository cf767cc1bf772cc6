"""Templates with escaping always on; a page is complete before its first byte is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from failuregraph.pages.assets import Assets

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Templates"]


class Templates:
    """Renders the pages of one release; ``root`` is the path below which a proxy shows them."""

    def __init__(self, release: str, root: str = "") -> None:
        self.environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.assets = Assets()
        self.environment.globals |= {"release": release, "root": root, "asset": self.assets.address}

    def page(self, name: str, view: object) -> HTMLResponse:
        """Return a page made from a view."""
        return HTMLResponse(self.environment.get_template(name).render(view=view), headers={"Vary": "Accept"})

    def error(self, status: int, sentence: str, headers: Mapping[str, str]) -> HTMLResponse:
        """Return a page that says what went wrong and where to go."""
        text = self.environment.get_template("error.html").render(status=status, sentence=sentence)
        return HTMLResponse(text, status, dict(headers))
