"""Templates with escaping always on; a page is complete before its first byte is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from failuregraph.pages.assets import Assets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from failuregraph.pages.linked.signposts import Sign

__all__ = ["Templates"]


class Templates:
    """Renders the pages of one release.

    ``root`` is the path below which a proxy shows them, ``contact`` an address for corrections, where there is one.
    """

    def __init__(self, release: str, root: str = "", contact: str = "") -> None:
        self.environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.assets = Assets()
        self.environment.globals |= {"release": release, "root": root, "contact": contact}
        self.environment.globals |= {"asset": self.assets.address, "signs": ()}
        # The address of the live service, where pages are written as files.
        self.environment.globals["static"] = ""

    def page(self, name: str, view: object, signs: Iterable[Sign] = ()) -> HTMLResponse:
        """Return a page made from a view, with the signposts of a document in its head."""
        text = self.environment.get_template(name).render(view=view, signs=tuple(signs))
        return HTMLResponse(text, headers={"Vary": "Accept"})

    def error(
        self,
        status: int,
        sentence: str,
        headers: Mapping[str, str],
        choices: Sequence[tuple[str, str]] = (),
        near: str = "",
    ) -> HTMLResponse:
        """Return a page that says what went wrong and where to go.

        ``choices`` are the types and paths that there are, ``near`` is the path that may have been meant.
        """
        template = self.environment.get_template("error.html")
        text = template.render(status=status, sentence=sentence, choices=tuple(choices), near=near)
        return HTMLResponse(text, status, dict(headers))
