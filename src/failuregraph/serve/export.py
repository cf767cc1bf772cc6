"""The site as files: the same pages, documents and dumps, for any host of files and for any folder of it.

What the application answers is asked of it in this process, from the front page on and for every document.  Links
between pages become relative; what only a server can answer leads to the live service.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import BASE
from failuregraph.pages.linked.context import VERSIONS
from failuregraph.pages.published.feeds import addresses as feed_paths
from failuregraph.serve.addresses import Address, addresses_of, readdressed
from failuregraph.serve.asking import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from failuregraph.pages.site import Site
    from failuregraph.serve.app import Service
    from failuregraph.serve.asking import Reply

__all__ = ["MARK", "Exported", "export", "free_or_refuse", "gather", "inner_path"]

#: The file that says that a folder is an export, and of what.
MARK: Final = "export.json"
_NOT_FOUND: Final = "404.html"
_SUFFIXES: Final = ("html", "ttl", "jsonld", "nt", "rdf", "nq")
#: The forms of the list of incidents that no page names.
_LISTED: Final = ("ttl", "jsonld", "nt", "rdf")
_HTML: Final = "text/html"
#: What only a server answers.
_LIVE: Final = ("/health", "/metrics", "/rdf-graphs", "/openapi.json", "/.well-known/sparql-examples/")
_BESIDE: Final = ("/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/croissant.json", "/CITATION.cff")
#: Addresses that lead elsewhere on a server and are files here, each with the type of what it leads to.
_STANDING: Final = {"/context.jsonld": "application/ld+json", "/.well-known/void": "text/turtle"}
#: What a form sends its fields to.
_SENDING: Final = ("action", "formaction")
_PAGES: Final = (200, 300, 410)
_IDENTIFIER: Final = re.compile(r'<[^<>]*\sid="([^"]*)"')
_SIGNPOST: Final = re.compile("<([^>]*)>")
_SUCCESSOR: Final = re.compile('<([^>]*)>; rel="successor-version"')
_PATH: Final = re.compile("/[^?#]*")
_MOVED: Final = (301, 302, 303, 307, 308)
_UNFIT: Final = 406


@dataclass
class Exported:
    """What was gathered: file → reply, path → where it leads, file → path, and missing path → a page that names it."""

    live: str
    files: dict[str, Reply] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    _known: dict[str, set[str]] = field(default_factory=dict)

    def body(self, file: str) -> bytes:
        """Return what is written into a file: a page with its links changed, and anything else as it came."""
        reply = self.files[file]
        if reply.media_type != _HTML:
            return reply.body
        text = readdressed(reply.text, lambda each: self._changed(file, each))
        return (text if reply.status not in _MOVED else self._leading_on(file, text)).encode()

    def _leading_on(self, file: str, text: str) -> str:
        """Return the page of an identifier that another replaced so that a browser goes on to that, as with a 301."""
        target = _SUCCESSOR.findall(self.files[file].headers["link"])[0]
        there = escape(self._changed(file, Address("meta", "href", target, 0, 0)))
        return text.replace("<head>", f'<head>\n<meta http-equiv="refresh" content="0; url={there}">', 1)

    def _changed(self, file: str, address: Address) -> str:
        """Return where an address of a page leads: to another file, to the live service, or where it led before."""
        inner = inner_path(self.paths[file], address.value)
        if inner is None or address.attribute == "content":
            return address.value
        path, query, fragment = inner
        sent = address.attribute in _SENDING
        if not address.value.partition("#")[0] and not sent:
            return address.value
        place = self.places.get(unquote(path))
        lasting = address.tag == "link" or path.startswith("/assets/")
        live = place is None or query or sent or (file == _NOT_FOUND and not lasting)
        if live:
            return self.live + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
        target, _, anchor = str(place).partition("#")
        there = quote(posixpath.relpath(target, posixpath.dirname(file) or "."))
        spot = fragment or anchor
        return f"{there}#{spot}" if {spot, unquote(spot)} & self._spots(target) else there

    def _spots(self, file: str) -> set[str]:
        """Return the identifiers of a page; a part that only its graph tells of has no place there."""
        if file not in self._known:
            page = self.files.get(file)
            found = _IDENTIFIER.findall(page.text) if page is not None and page.media_type == _HTML else []
            self._known[file] = {unescape(each) for each in found}
        return self._known[file]


def inner_path(page: str, address: str) -> tuple[str, str, str] | None:
    """Return path, query and fragment of an address on a page of the site; None where it leads elsewhere.

    >>> inner_path("/record/FI-0351", "../mode#hallucination")
    ('/mode', '', 'hallucination')
    >>> inner_path("/", "https://example.org/") is None
    True
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    whole = urlsplit(urljoin(page, address))
    return whole.path, whole.query, whole.fragment


async def gather(service: Service, live: str, told: Callable[[int], None] = lambda _: None) -> Exported:
    """Return every page, document and file of a service; ``told`` is called with how many there are so far.

    An address that this release has not, such as that of a thing which only a question names, leads to the live service
    and stands under ``broken``.
    """
    service.templates.environment.globals["static"] = live
    found = Exported(live.rstrip("/"))
    waiting = dict.fromkeys(["/", *_BESIDE, *_known(service.site)], "the site")
    while waiting:
        path, page = waiting.popitem()
        if path not in found.places and path not in found.broken and path not in _LIVE:
            for following in await _taken(service, found, path, page):
                waiting.setdefault(following, path)
            told(len(found.files))
    for path, accept in _STANDING.items():
        file = path.removeprefix("/")
        found.files[file], found.paths[file] = await _in_the_end(service, path, accept), path
    found.files[_NOT_FOUND] = await ask(service, "/not-found")
    found.paths[_NOT_FOUND] = "/not-found"
    return found


def _known(site: Site) -> Iterable[str]:
    """Yield what need not be linked from any page.

    These are documents and what is told of retired identifiers in every format, contexts, feeds and the files of the
    release.
    """
    documents = [name.removeprefix(BASE) for name in (*site.graphs, *site.tombs) if name.startswith(BASE)]
    for document in (*documents, *(f"questions/{name}" for name in site.questions)):
        yield from (f"/{document}.{suffix}" for suffix in _SUFFIXES)
    yield from (f"/incidents.{suffix}" for suffix in _LISTED)
    yield from (f"/context/{version}.jsonld" for version in VERSIONS)
    yield from (f"/{path}" for path in feed_paths(site))
    for name in (*site.release.manifest["files"], "manifest.json", "SHA256SUMS"):
        yield f"/dumps/{site.release.identifier}/{name}"


async def _taken(service: Service, found: Exported, path: str, page: str) -> list[str]:
    """Take what is at a path, and return the paths to which it leads."""
    reply = await ask(service, path)
    if reply.status in _MOVED and not _told(path, reply):
        inner = inner_path(path, reply.headers["location"])
        if inner is None:
            found.places[path] = reply.headers["location"]
            return []
        target = unquote(inner[0])
        more = await _taken(service, found, target, path) if target not in found.places else []
        if target in found.places:
            found.places[path] = found.places[target] + (f"#{inner[2]}" if inner[2] else "")
        return more
    if reply.status == _UNFIT:
        return []
    if reply.status not in (*_PAGES, *_MOVED):
        found.broken[path] = page
        return []
    file = _file(path, reply.media_type)
    found.places[path] = file
    if file in found.files:
        return []
    found.files[file], found.paths[file] = reply, path
    return _leading(path, reply)


def _told(path: str, reply: Reply) -> bool:
    """Say whether a redirect tells of a retired identifier in the format that its address names: a file of its own."""
    return bool(reply.body) and path.rpartition(".")[2] in _SUFFIXES


async def _in_the_end(service: Service, path: str, accept: str) -> Reply:
    """Return what a client has that follows the redirects of an address."""
    reply = await ask(service, path, accept)
    if reply.status not in _MOVED:
        return reply
    return await _in_the_end(service, unquote(urlsplit(reply.headers["location"]).path), accept)


def _file(path: str, media_type: str) -> str:
    """Return the name of the file of what is at a path.

    >>> _file("/record/FI-0351", "text/html"), _file("/", "text/html"), _file("/mode.ttl", "text/turtle")
    ('record/FI-0351.html', 'index.html', 'mode.ttl')
    """
    name = path.removeprefix("/")
    if not name or name.endswith("/"):
        return f"{name}index.html"
    return f"{name}.html" if media_type == _HTML and not name.endswith(".html") else name


def _leading(path: str, reply: Reply) -> list[str]:
    """Return the paths of the site to which signposts, a page or a site map lead; what has a query is a server's."""
    if path == "/sitemap.xml":
        return [f"/sitemaps/{part.partition('.xml')[0]}.xml" for part in reply.text.split("/sitemaps/")[1:]]
    found = [unquote(each) for each in _SIGNPOST.findall(reply.headers.get("link", "")) if _PATH.fullmatch(each)]
    for address in addresses_of(reply.text) if reply.media_type == _HTML else ():
        value = address.value
        if address.attribute == "content" and value.startswith(BASE):
            value = "/" + value.removeprefix(BASE)
        inner = inner_path(path, value)
        if inner is not None and not inner[1] and address.attribute not in _SENDING:
            found.append(unquote(inner[0]))
    return found


def free_or_refuse(folder: Path) -> None:
    """Raise WrongUse for a folder that an export must not replace: one with files that is no earlier export."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        message = f"{folder}: not a folder; name another one."
        raise WrongUse(message)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        message = f"{folder}: has files in it and is no earlier export; name an empty or a new folder."
        raise WrongUse(message)


def export(found: Exported, folder: Path, release: str) -> int:
    """Write what was gathered as a folder, whole or not at all, and return the number of files.

    Raises WrongUse for a folder that is not to be replaced, Unreadable for one that cannot be written to.
    """
    free_or_refuse(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            _write(found, work, release)
            _replace(folder, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        message = f"cannot be written to ({error.strerror or error}); name another folder."
        raise Unreadable(message, folder) from error
    return len(found.files) + 1


def _write(found: Exported, work: Path, release: str) -> None:
    for file in sorted(found.files):
        path = work / file
        if not path.resolve().is_relative_to(work.resolve()):
            message = f"“{file}” would be written outside of the export; an identifier of the graph leads out of it."
            raise Unreadable(message, work)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.body(file))
    stated = {"live": found.live, "release": release, "files": len(found.files)}
    (work / MARK).write_text(json.dumps(stated, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    work.chmod(0o755)


def _replace(folder: Path, work: Path) -> None:
    """Put the new folder in the place of the old one, which stays until the new one is there."""
    old = work.with_name(f"{work.name}.old")
    if folder.exists():
        folder.rename(old)
    try:
        work.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
