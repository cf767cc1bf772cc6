"""Feeds of a release as Atom: records by the dates that they state, and answers of stored questions by release.

Every date is one that a record or the data states; the clock is never read.  Identifiers are permanent IRIs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from failuregraph.bank import question_iri
from failuregraph.history.answers import Answered, History
from failuregraph.names import BASE, NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from failuregraph.pages.site import Site

__all__ = ["Dated", "Entry", "Feed", "addresses", "dated_records", "feed_at", "write"]

#: The most entries of one feed; /incidents has them all.
_MOST: Final = 100
_ATOM: Final = "http://www.w3.org/2005/Atom"
_AUTHOR: Final = "Failure Graph contributors"
_MIDNIGHT: Final = "T00:00:00Z"
_NO_DAY: Final = "1970-01-01"


@dataclass(frozen=True)
class Dated:
    """A record with the days on which it was indexed and changed; ``indexed`` may be empty, ``changed`` is not."""

    identifier: str
    indexed: str
    changed: str
    title: str
    summary: str
    registry: str


@dataclass(frozen=True)
class Entry:
    """One entry: its identifier, which is an IRI, the page that it leads to, and its day."""

    iri: str
    page: str
    title: str
    summary: str
    day: str
    author: str


@dataclass(frozen=True)
class Feed:
    """One feed: where it stands below the root, what it is of, the page that says more, and its entries."""

    path: str
    title: str
    subtitle: str
    page: str
    day: str
    entries: tuple[Entry, ...]


def dated_records(site: Site) -> list[Dated]:
    """Return the records that state a day or that a release changed, the one that changed last first.

    The day of a change is the later one of what the record states and the date of the release that changed it.
    """
    found = (Dated(*row) for row in site.rows("feed-records"))
    dated = [replace(each, changed=max(each.changed, _seen(site, each.identifier))) for each in found]
    return sorted((each for each in dated if each.changed), key=lambda each: (_back(each.changed), each.identifier))


def _seen(site: Site, identifier: str) -> str:
    """Return the date of the last release that changed a record, or that brought it after the log had begun."""
    return max((step.date for step, _ in site.log.of(identifier) if step.number > 1), default="")


def addresses(site: Site) -> list[str]:
    """Return the path of every feed."""
    questions = [f"feeds/questions/{name}.atom" for name in sorted(site.answered)]
    topics = {_topic_path(kind, topic) for kind, topic, _ in site.rows("feed-members")} - {""}
    return ["feeds/new.atom", "feeds/changed.atom", *sorted(topics), *questions]


def feed_at(site: Site, path: str) -> Feed | None:
    """Return the feed at a path, or None where there is none."""
    if path == "feeds/new.atom":
        return _new(site)
    if path == "feeds/changed.atom":
        return _changed(site)
    parts = path.removesuffix(".atom").split("/")
    if len(parts) != len(("feeds", "kind", "name")) or not path.endswith(".atom"):
        return None
    return _question(site, parts[2]) if parts[1] == "questions" else _topic(site, path)


def _new(site: Site) -> Feed:
    records = [each for each in dated_records(site) if each.indexed]
    entries = sorted((_entry(each, each.indexed) for each in records), key=_latest)
    told = "Records by the day on which their registry took them in; records that state no such day are left out."
    return _feed(site, "feeds/new.atom", ("New records", told, "incidents"), entries)


def _changed(site: Site) -> Feed:
    entries = [_entry(each, each.changed) for each in dated_records(site)]
    told = (
        "Records by the day of their last change: the one that they state, or the date of the release that changed "
        "them; for those that have neither, the day on which they were indexed. Others are left out."
    )
    return _feed(site, "feeds/changed.atom", ("Changed records", told, "incidents"), entries)


def _topic(site: Site, path: str) -> Feed | None:
    """Return the feed of a mode, a surface or an organisation that records have."""
    found = [(topic, name) for kind, topic, name in site.rows("feed-members") if _topic_path(kind, topic) == path]
    if not found:
        return None
    topic, names = found[0][0], {name for _, name in found}
    entries = [_entry(each, each.changed) for each in dated_records(site) if each.identifier in names]
    label = site.labels.get(topic, topic)
    told = f"Records of {label} that have a day, by the day of their last change or else of their indexing."
    return _feed(site, path, (label, told, topic.removeprefix(BASE)), entries)


def _topic_path(kind: str, topic: str) -> str:
    """Return the path of the feed of a topic; empty for one that only another registry knows."""
    local = topic.removeprefix(NAMESPACES[kind])
    return f"feeds/{kind}/{local}.atom" if local != topic else ""


def _question(site: Site, name: str) -> Feed | None:
    """Return the releases whose answer to a stored question was another than that of the release before."""
    question = site.questions.get(name)
    if question is None or name not in site.answered:
        return None
    told = f"{question.said('question')} One entry for each release that answers otherwise than the one before it."
    entries = [_answer(question.said("title"), name, each) for each in reversed(_changes(site, name))]
    return _feed(site, f"feeds/questions/{name}.atom", (question.said("title"), told, f"questions/{name}"), entries)


def _changes(site: Site, name: str) -> Sequence[Answered]:
    """Return the answers of a question up to the release that is served; its own where no history is kept."""
    own = site.answered[name]
    kept = History.read(site.release.history_path).changes.get(name, ())
    places = [number for number, each in enumerate(kept) if each.sha256 == own.sha256]
    return kept[: places[-1] + 1] if places else (own,)


def _answer(title: str, name: str, answer: Answered) -> Entry:
    iri = question_iri(name)
    rows = f"{answer.rows} row{'' if answer.rows == 1 else 's'}"
    summary = f"Release {answer.release} answers with {rows}; SHA-256 of the canonical result: {answer.sha256}."
    return Entry(f"{iri}#release-{answer.release}", iri, f"{title}: {rows}", summary, answer.date or _NO_DAY, _AUTHOR)


def _entry(record: Dated, day: str) -> Entry:
    iri = f"{BASE}record/{record.identifier}"
    title = f"{record.identifier}: {record.title}"
    return Entry(iri, iri, title, record.summary, day, record.registry or _AUTHOR)


def _latest(entry: Entry) -> tuple[tuple[int, ...], str]:
    """Return a sort key by which the latest day comes first."""
    return _back(entry.day), entry.iri


def _back(day: str) -> tuple[int, ...]:
    """Return a sort key of a day by which a later one comes first."""
    return tuple(-int(part) for part in day.split("-"))


def _feed(site: Site, path: str, told: tuple[str, str, str], entries: Iterable[Entry]) -> Feed:
    """Return a feed that is as old as its latest entry, or as the data where it has none."""
    title, subtitle, page = told
    kept = tuple(entries)[:_MOST]
    modified = next((row[4] for row in site.rows("release")), "") or _NO_DAY
    day = max((each.day for each in kept), default=modified)
    return Feed(path, title, subtitle, page, day, kept)


def write(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    for name, value in (("id", BASE + feed.path), ("title", f"Failure Graph: {feed.title}")):
        ET.SubElement(root, name).text = _legal(value)
    ET.SubElement(root, "subtitle").text = _legal(feed.subtitle)
    ET.SubElement(root, "updated").text = feed.day + _MIDNIGHT
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=BASE + feed.path)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=BASE + feed.page)
    _author(root, _AUTHOR)
    for each in feed.entries:
        _written(ET.SubElement(root, "entry"), each)
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _written(node: ET.Element, entry: Entry) -> None:
    for name, value in (("id", entry.iri), ("title", entry.title), ("updated", entry.day + _MIDNIGHT)):
        ET.SubElement(node, name).text = _legal(value)
    ET.SubElement(node, "link", rel="alternate", type="text/html", href=entry.page)
    _author(node, entry.author)
    ET.SubElement(node, "summary").text = _legal(entry.summary or "No summary.")


def _author(node: ET.Element, name: str) -> None:
    ET.SubElement(ET.SubElement(node, "author"), "name").text = _legal(name)


def _legal(text: str) -> str:
    """Return text without the characters that XML 1.0 has not."""
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= "\x20" and sign not in "\ufffe\uffff"))
