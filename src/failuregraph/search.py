"""The search index of a release: which records have these words, where, and what was meant where none has them.

It is an SQLite file with FTS5, written by the build.  Like the store it is a cache: its bytes differ between versions
of SQLite, so that the manifest states how many records it holds and the hash of their texts, not that of the file.
What a user writes is taken apart into words, and each is quoted: none of it is syntax of FTS5.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import re
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.query import QueryFile, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["FIELDS", "INDEX_FILE", "Index", "Passage", "Piece", "Words", "check_index", "texts_of", "write_index"]

INDEX_FILE: Final = "search.sqlite"
#: The fields of a record, with how much a word in them counts.
FIELDS: Final[dict[str, float]] = {
    "identifier": 2.0,
    "title": 10.0,
    "summary": 4.0,
    "steps": 2.0,
    "organisations": 5.0,
    "systems": 5.0,
    "sources": 1.5,
    "classification": 3.0,
    "registry": 1.0,
    "notes": 1.0,
}
Texts = dict[str, tuple[str, ...]]

_QUERY: Final = "search-texts"
_WORDS_TABLE: Final = """CREATE VIRTUAL TABLE words USING fts5(
  identifier, title, summary, steps, organisations, systems, sources, classification, registry, notes,
  tokenize = 'porter unicode61 remove_diacritics 2')"""
_VOCABULARY_TABLE: Final = "CREATE VIRTUAL TABLE vocabulary USING fts5(word, records UNINDEXED, tokenize = 'trigram')"
_ALL: Final = "SELECT * FROM words ORDER BY rowid"
#: The record whose identifier was typed stands first.
_FIND: Final = """SELECT identifier FROM words WHERE words MATCH ?1
  ORDER BY upper(identifier) <> upper(?2), round(bm25(words, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12), 6), identifier
  """
#: All fields of a record with its words marked; ``words`` alone would not say where it matched.
_MARKED: Final = """SELECT rowid, highlight(words, 0, ?1, ?2), highlight(words, 1, ?1, ?2),
  highlight(words, 2, ?1, ?2), highlight(words, 3, ?1, ?2), highlight(words, 4, ?1, ?2), highlight(words, 5, ?1, ?2),
  highlight(words, 6, ?1, ?2), highlight(words, 7, ?1, ?2), highlight(words, 8, ?1, ?2), highlight(words, 9, ?1, ?2)
  FROM words WHERE words MATCH ?3 AND rowid IN (SELECT value FROM json_each(?4))"""
_NEAR: Final = "SELECT word, records FROM vocabulary WHERE vocabulary MATCH ? ORDER BY rank, word LIMIT 300"
#: What no text has once it is in the index: the marks of a match are two of these.
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_OPEN, _CLOSE = "\x01", "\x02"
_BETWEEN: Final = " · "
_TERM: Final = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')
_MOST, _LONGEST = 32, 64
_SHORTEST, _ALIKE = 3, 0.5
_AROUND: Final = 90


@dataclass(frozen=True)
class Words:
    """What somebody looks for: words, phrases and beginnings of words, all of which a record must have.

    ``cut`` says that there were more than are looked for.
    """

    terms: tuple[tuple[str, bool], ...]
    cut: bool = False

    @classmethod
    def of(cls, text: str) -> Words:
        """Return the words of any text; nothing in it is an error.

        >>> Words.of('refund "Air Canada" chat* ***').terms
        (('refund', False), ('Air Canada', False), ('chat', True))
        >>> Words.of('NEAR( "').expression
        '"NEAR("'
        """
        plain = _CONTROLS.sub(" ", text).replace("“", '"').replace("”", '"')
        found = [_term(*match.groups()) for match in _TERM.finditer(plain[: 2 * _MOST * _LONGEST])]
        terms = [term for term in found if any(letter.isalnum() for letter in term[0])]
        cut = len(terms) > _MOST or len(plain) > 2 * _MOST * _LONGEST
        return cls(tuple(dict.fromkeys(terms[:_MOST])), cut)

    @property
    def expression(self) -> str:
        """The words as FTS5 reads them, every one quoted."""
        return " ".join(f'"{word}"{"*" if begins else ""}' for word, begins in self.terms)


def _term(phrase: str | None, star: str | None, word: str | None) -> tuple[str, bool]:
    """Return a word or a phrase, and whether it stands for all that begin with it."""
    if word is None:
        return " ".join((phrase or "").split())[:_LONGEST], bool(star)
    return word.rstrip("*")[:_LONGEST], word.endswith("*")


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether it is a word that was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Passage:
    """Where a record has the words: the fields, the whole title, and an extract of the best other field."""

    fields: tuple[str, ...]
    title: tuple[Piece, ...]
    field: str = ""
    extract: tuple[Piece, ...] = ()


# --- Writing ---


def texts_of(project: Project, store: Store) -> dict[str, Texts]:
    """Return identifier → field → texts of every live record, by identifier."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for row in run(store, QueryFile.load(project.queries / "pages" / f"{_QUERY}.rq")).rows:
        identifier, field, text = ("" if term is None else term.value for term in row)
        found.setdefault(identifier, {}).setdefault(field, {})[_CONTROLS.sub(" ", text)] = None
    return {name: {field: tuple(texts) for field, texts in of.items()} for name, of in sorted(found.items())}


def write_index(path: Path, texts: Mapping[str, Texts]) -> dict[str, Any]:
    """Write the index of the texts of records, and return what the manifest states of it."""
    rows = [tuple(_BETWEEN.join(of.get(field, ())) for field in FIELDS) for of in texts.values()]
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("BEGIN")
        base.execute(_WORDS_TABLE)
        base.execute(_VOCABULARY_TABLE)
        base.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        base.executemany("INSERT INTO vocabulary VALUES (?, ?)", sorted(_vocabulary(rows).items()))
        base.execute("INSERT INTO words (words) VALUES ('optimize')")
        base.execute("COMMIT")
    return {"records": len(rows), "sha256": _hash(rows)}


def _vocabulary(rows: Iterable[Sequence[str]]) -> Counter[str]:
    """Return each word with the number of records that have it; what has a digit is none, nor a part of a name."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update({word.casefold() for word in re.findall(r"[^\W\d_]{3,32}", " ".join(row[1:]))})
    return found


def _hash(rows: Iterable[Sequence[str]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(list(row)).encode() + b"\n")
    return digest.hexdigest()


# --- Reading ---


def check_index(path: Path, stated: Mapping[str, Any]) -> None:
    """Raise Unreadable for an index that is missing, damaged, or not of the records that the manifest states."""
    try:
        with contextlib.closing(_connect(path)) as base:
            sound = base.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            rows = base.execute(_ALL).fetchall()
    except (sqlite3.Error, OSError) as error:
        message = f"the search index cannot be read ({error}); build the release again."
        raise Unreadable(message, path) from error
    if len(rows) != stated["records"]:
        message = f"the index holds {len(rows)} records, the manifest says {stated['records']}; build it again."
        raise Unreadable(message, path)
    if not sound or _hash(rows) != stated["sha256"]:
        message = "the search index is damaged; build the release again."
        raise Unreadable(message, path)


def _connect(path: Path) -> sqlite3.Connection:
    """Return a connection that neither writes nor makes a file, nor looks for a journal."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


class Index:
    """The index of a release, read alone; each thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path, self._local = path, threading.local()
        rows = self._base.execute("SELECT identifier, rowid FROM words")
        self._places: dict[str, int] = dict(rows)

    @property
    def _base(self) -> sqlite3.Connection:
        base: sqlite3.Connection | None = getattr(self._local, "base", None)
        if base is None:
            base = self._local.base = _connect(self._path)
        return base

    def find(self, words: Words) -> list[str]:
        """Return the identifiers of the records that have all words, the best first; none for no words."""
        if not words.terms:
            return []
        given = (words.expression, words.terms[0][0], *FIELDS.values())
        return [name for (name,) in self._base.execute(_FIND, given)]

    def passages(self, words: Words, identifiers: Iterable[str]) -> dict[str, Passage]:
        """Return identifier → where it has the words, for those of the records that have them."""
        if not words.terms:
            return {}
        names = {self._places[name]: name for name in identifiers if name in self._places}
        given = (_OPEN, _CLOSE, words.expression, json.dumps(list(names)))
        return {names[place]: _passage(texts) for place, *texts in self._base.execute(_MARKED, given)}

    def nearest(self, word: str) -> str:
        """Return the word of the index that is most like one, or nothing: its beginning counts most."""
        wanted = word.casefold()
        parts = {wanted[place : place + 3] for place in range(len(wanted) - 2)}
        plain = sorted(part for part in parts if part.isalpha())
        if len(wanted) < _SHORTEST or not plain:
            return ""
        near = self._base.execute(_NEAR, (" OR ".join(f'"{part}"' for part in plain),))
        known = {str(each): int(records) for each, records in near if str(each) != wanted}
        alike = {each: _likeness(wanted, each) for each in known}
        best = sorted(known, key=lambda each: (-alike[each], -known[each], each))[:1]
        return next((each for each in best if alike[each] >= _ALIKE), "")


def _likeness(wanted: str, known: str) -> float:
    """Return how alike two words are, from 0 to 1; one that goes on where the other ends is as good as alike."""
    ratio = difflib.SequenceMatcher(None, wanted, known, autojunk=False).ratio()
    return (1 + ratio) / 2 if known.startswith(wanted) else ratio


def _passage(texts: Sequence[str]) -> Passage:
    marked = {field: text for field, text in zip(FIELDS, texts, strict=True) if _OPEN in text}
    title = texts[list(FIELDS).index("title")]
    others = [field for field in marked if field not in ("identifier", "title")]
    if not others:
        return Passage(tuple(marked), tuple(_pieces(title)))
    return Passage(tuple(marked), tuple(_pieces(title)), others[0], _extract(marked[others[0]]))


def _extract(text: str) -> tuple[Piece, ...]:
    """Return the part of a text with its first match, cut between words, with dots where it goes on."""
    first, last = text.index(_OPEN), text.index(_CLOSE)
    start = max(0, first - _AROUND)
    end = min(len(text), last + 2 * _AROUND)
    start = text.find(" ", start, first) + 1 if start else 0
    end = max(text.rfind(" ", last, end), last + 1) if end < len(text) else end
    cut = text[start:end]
    cut += _CLOSE if cut.count(_OPEN) > cut.count(_CLOSE) else ""
    return tuple(_pieces(("… " if start else "") + cut + (" …" if end < len(text) else "")))


def _pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a text whose matches are marked."""
    for number, part in enumerate(text.split(_OPEN)):
        inside, closed, outside = part.partition(_CLOSE)
        if number and closed:
            yield Piece(inside, marked=True)
            inside = outside
        if inside:
            yield Piece(inside)
