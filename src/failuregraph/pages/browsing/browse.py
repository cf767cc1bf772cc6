"""The page of incidents: what was chosen, what may be chosen further, and the records that this leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from failuregraph.names import BASE, FG, ONTOLOGY
from failuregraph.pages.browsing.facets import ABSENT, FACETS
from failuregraph.pages.browsing.query import selection_query
from failuregraph.pages.browsing.selection import SORTS, Selection
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Document, Link
from failuregraph.search import Passage, Piece, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.pages.browsing.facets import Catalogue, Entry, Named, Value
    from failuregraph.pages.browsing.results import Result
    from failuregraph.pages.site import Site

__all__ = ["BrowsePage", "Chip", "Choice", "FacetView", "Line", "Party", "Suggestion", "browse", "what_counts"]

_PAGE: Final = 25
#: How many values of a facet are shown at once, and how many at most: the rest is found by words.
_SHOWN, _MOST = 8, 60
#: The facets that stand open on the page, beside those that something was chosen of.
_OPEN: Final = ("mode", "surface", "severity", "organisation")
#: A longer query is not put into an address, and one that is longer still is not shown on the page.
_LONGEST_LINK, _LONGEST_SHOWN = 6000, 20_000
_PATHS: Final = {"observed": "observed path", "profile": "profile only"}
_FIELDS: Final = {
    "notes": "notes",
    "organisations": "organisations",
    "registry": "registry",
    "sources": "sources",
    "steps": "steps of the path",
    "summary": "summary",
    "systems": "systems",
    "title": "title",
    "identifier": "identifier",
    "classification": "classification",
}


@dataclass(frozen=True)
class Choice:
    """A value of a facet that can be chosen or, where it was, taken back."""

    label: str
    meaning: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class FacetView:
    """A facet with its values; ``more`` are those that are shown on demand, ``hidden`` says how many are not shown."""

    name: str
    label: str
    meaning: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]
    hidden: int
    open: bool


@dataclass(frozen=True)
class Chip:
    """Something that was chosen, with the address without it."""

    facet: str
    label: str
    href: str


@dataclass(frozen=True)
class Suggestion:
    """A way out of an empty result, and how many records it leads to."""

    text: str
    href: str
    count: int


@dataclass(frozen=True)
class Party:
    """An organisation that a record names, once, with all that is said of its part in it."""

    organisation: Link
    told: str


@dataclass(frozen=True)
class Line:
    """One record in the list; what is absent says whether it is not known here or was not assessed.

    ``footing`` is what is said of all organisations alike, so that it stands once.
    """

    identifier: str
    href: str
    title: tuple[Piece, ...]
    summary: str
    date: When
    kind: str
    named: tuple[Party, ...]
    footing: str
    notes: int
    mode: str
    surface: str
    severity: str
    path: str
    registry: str
    licence: str
    fields: tuple[str, ...]
    field: str
    extract: tuple[Piece, ...]


@dataclass(frozen=True)
class BrowsePage:
    """Everything that the page of incidents shows."""

    definition: Link
    words: str
    unread: str
    sort: str
    sorts: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    chips: tuple[Chip, ...]
    facets: tuple[FacetView, ...]
    total: int
    everything: int
    first: int
    lines: tuple[Line, ...]
    page: int
    pages: int
    previous: str
    following: str
    suggestions: tuple[Suggestion, ...]
    formats: tuple[tuple[str, str], ...]
    query: str
    open_query: str


def what_counts(site: Site) -> Link:
    """Return the definition of an incident, as the ontology has it, with the address of the term."""
    ontology = Document(site.graphs.get(ONTOLOGY, ()), site.labels)
    return Link(ontology.text(FG + "Incident", "skos:definition"), "/ontology#Incident")


def browse(definition: Link, result: Result) -> BrowsePage:
    """Return the view of a result; a page after the last is the last."""
    pages = max(1, -(-len(result.places) // _PAGE))
    selection = result.selection.at(min(result.selection.page, pages))
    first = (selection.page - 1) * _PAGE
    query = selection_query(result)
    opened = "/sparql?" + urlencode({"query": query})
    return BrowsePage(
        definition=definition,
        words=selection.words,
        unread=_unread(result),
        sort=selection.sort,
        sorts=tuple(each for each in SORTS.items() if each[0] != "relevance" or selection.words),
        kept=tuple(pair for pair in selection.pairs if pair[0] in FACETS),
        chips=tuple(_chips(result.catalogue, selection)),
        facets=tuple(_facet(result, facet) for facet in FACETS),
        total=len(result.places),
        everything=len(result.catalogue.entries),
        first=first + 1,
        lines=_lines(result, result.entries[first : first + _PAGE]),
        page=selection.page,
        pages=pages,
        previous=selection.at(selection.page - 1).address() if selection.page > 1 else "",
        following=selection.at(selection.page + 1).address() if selection.page < pages else "",
        suggestions=() if result.places else tuple(_suggestions(result)),
        formats=tuple((name, selection.address(suffix)) for suffix, name in _FORMATS.items()),
        query=query if len(query) <= _LONGEST_SHOWN else "",
        open_query=opened if len(opened) <= _LONGEST_LINK else "",
    )


_FORMATS: Final = {"csv": "CSV", "json": "JSON", "ttl": "Turtle", "rq": "SPARQL query"}


def _unread(result: Result) -> str:
    """Return what of the words was not looked for, as a sentence, or nothing."""
    if result.selection.words and not result.words.terms:
        return "There is no letter or digit to look for, so that all records are searched through."
    return "That is more than is looked for at once: only the first words count." if result.words.cut else ""


# --- Choices ---


def _chips(catalogue: Catalogue, selection: Selection) -> Iterator[Chip]:
    if selection.words:
        yield Chip("Words", selection.words, selection.without("q").address())
    for facet, names in selection.chosen:
        for name in names:
            known = catalogue.values[facet].get(name)
            label = known.label if known else f"{name} (no record has it)"
            yield Chip(FACETS[facet].label, label, selection.toggled(facet, name).address())


def _facet(result: Result, facet: str) -> FacetView:
    """Return a facet: values that would leave nothing are left out unless they were chosen."""
    chosen = result.selection.values.get(facet, ())
    counts = result.counts[facet]
    values = [value for name, value in result.catalogue.values[facet].items() if counts[name] or name in chosen]
    if FACETS[facet].order == "count":
        values.sort(key=lambda value: (value.name == ABSENT, -counts[value.name]))
    listed = [_choice(result, facet, value) for value in values[:_MOST]]
    shown = len(listed) if len(listed) <= _SHOWN + 2 else _SHOWN
    ahead = [each for each in listed[shown:] if each.chosen]
    more = tuple(each for each in listed[shown:] if not each.chosen)
    told = FACETS[facet]
    rest = len(values) - len(listed)
    opened = facet in _OPEN or bool(chosen)
    return FacetView(facet, told.label, told.meaning, (*listed[:shown], *ahead), more, rest, opened)


def _choice(result: Result, facet: str, value: Value) -> Choice:
    href = result.selection.toggled(facet, value.name).address()
    chosen = value.name in result.selection.values.get(facet, ())
    return Choice(value.label, value.meaning, result.counts[facet][value.name], href, chosen)


def _suggestions(result: Result) -> Iterator[Suggestion]:
    """Yield what leads out of an empty result: other words, or one thing less."""
    selection = result.selection
    for text in _respelt(result):
        found = replace(result, selection=selection.saying(text))
        for each in (found, replace(found, selection=Selection(text))):
            if each.fitting:
                yield Suggestion(f"Search for “{text}”", each.selection.address(), len(each.fitting))
                break
    for facet in ("q", *selection.values):
        less = replace(result, selection=selection.without(facet))
        if less.fitting and less.selection != selection:
            what = "the words" if facet == "q" else f"the choice of “{FACETS[facet].label}”"
            yield Suggestion(f"Take away {what}", less.selection.address(), len(less.fitting))


def _respelt(result: Result) -> Iterator[str]:
    """Yield the words with each one that no record has replaced by the nearest that some have."""
    terms = [" ".join(word.split()) for word, _ in result.words.terms]
    near = [_nearest(result, word) for word in terms]
    if terms and near != terms:
        yield " ".join(f'"{word}"' if " " in word else word for word in near)


def _nearest(result: Result, word: str) -> str:
    known = result.index.find(Words.of(f'"{word}"'))
    return word if known else (result.index.nearest(word) or word)


# --- Records ---


def _lines(result: Result, entries: tuple[Entry, ...]) -> tuple[Line, ...]:
    passages = result.index.passages(result.words, [entry.identifier for entry in entries])
    return tuple(_line(result.catalogue, entry, passages.get(entry.identifier)) for entry in entries)


def _line(catalogue: Catalogue, entry: Entry, passage: Passage | None) -> Line:
    absent = "not known here" if entry.partial else "not assessed"

    def told(facet: str, called: str = "") -> str:
        return ", ".join(catalogue.labels(entry, facet)) or f"{called}{absent}"

    parties, footing = _parties(entry.named)
    path = next((_PATHS.get(name, name) for name in entry.values.get("path", ())), "no path")
    return Line(
        identifier=entry.identifier,
        href="/" + quote(entry.record.removeprefix(BASE)),
        title=passage.title if passage and passage.title else (Piece(entry.title),),
        summary=entry.summary,
        date=when(entry.date),
        kind=entry.kind,
        named=parties,
        footing=footing,
        notes=entry.notes,
        mode=told("mode", "failure mode "),
        surface=told("surface", "kind of AI system "),
        severity=told("severity"),
        path=path,
        registry=", ".join(catalogue.labels(entry, "registry")),
        licence=entry.licence,
        fields=tuple(_FIELDS[field] for field in passage.fields) if passage else (),
        field=_FIELDS.get(passage.field, "") if passage else "",
        extract=passage.extract if passage else (),
    )


def _parties(named: Iterable[Named]) -> tuple[tuple[Party, ...], str]:
    """Return each organisation once, and what is said of all alike where there are several; else each says its own."""
    roles: dict[Link, dict[str, list[str]]] = {}
    for each in named:
        claims = roles.setdefault(each.organisation, {})
        claims.setdefault(each.claim.lower() or "claim not stated", []).append(each.role.lower() or "role not stated")
    told = {organisation: _told(claims) for organisation, claims in roles.items()}
    alike = set(told.values())
    if len(told) > 1 and len(alike) == 1:
        return tuple(Party(organisation, "") for organisation in told), f"all: {min(alike)}"
    return tuple(Party(organisation, said) for organisation, said in told.items()), ""


def _told(claims: Mapping[str, list[str]]) -> str:
    """Return roles and footing in words, the roles of one footing together.

    >>> _told({"confirmed": ["developer", "provider"]})
    'developer and provider, confirmed'
    """
    return "; ".join(f"{' and '.join(dict.fromkeys(roles))}, {claim}" for claim, roles in claims.items())
