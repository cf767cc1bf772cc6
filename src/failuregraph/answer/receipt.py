"""Receipts: what was asked, of which release, and the hash of the answer, so that anybody can ask again.

A receipt that was written for a file states its name, its format and the hash of its bytes as well.

The canonical result is a line of column names and a line for each row in the order of the question, terms in
N-Triples form with tabs between them, UTF-8, each line ended by a line feed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph import __version__
from failuregraph.dumps import as_lines, dumps_of, served
from failuregraph.errors import Unreadable
from failuregraph.names import CC_BY
from failuregraph.query import QueryFile, answer_with, run
from failuregraph.remote.store import SparqlStore
from failuregraph.turtle import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from failuregraph.project import Project
    from failuregraph.store import Bindings, Store, Table, Term

__all__ = [
    "FILE",
    "Difference",
    "Edition",
    "canonical",
    "origin_of",
    "receipt",
    "seal",
    "text_of",
    "verify",
    "with_file",
]

_FORMAT: Final = 1
_SHARE_ALIKE: Final = "/by-sa/"
#: The part of a receipt that states the file for which it was written, and its name in what verify finds.
FILE: Final = "file"


@dataclass(frozen=True)
class Difference:
    """One thing that a receipt states, and what is found now.

    Only what is binding makes an answer another one: a later release may well give the same answer.
    What is not here, as a file that was not passed on with its receipt, can be neither the same nor another.
    """

    what: str
    stated: str
    found: str
    binding: bool = True
    here: bool = True

    @property
    def same(self) -> bool:
        """Whether what was stated is what is found."""
        return self.stated == self.found


def canonical(table: Table) -> bytes:
    """Return the bytes of a result that its hash is made of."""
    lines = ["\t".join(f"?{name}" for name in table.columns)]
    lines += ["\t".join("" if term is None else str(term) for term in row) for row in table.rows]
    return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True)
class Edition:
    """What an answer was drawn from: the release, what it contains, whom to name, and the licence of the whole.

    Where one part is share-alike, so is the whole.  A store elsewhere has an endpoint instead of a release.
    """

    release: str
    contains: tuple[str, ...]
    attribution: tuple[str, ...]
    licence: str
    endpoint: str = ""

    @classmethod
    def answering(cls, project: Project, store: Store) -> Edition:
        """Return the edition of what a store answers from: the project, or what a store elsewhere says of itself."""
        return cls.of_endpoint(project, store) if isinstance(store, SparqlStore) else cls.of(project)

    @classmethod
    def of_endpoint(cls, project: Project, store: SparqlStore) -> Edition:
        """Return the edition of a store elsewhere, by the registries and licences of the records in it."""
        rows = run(store, QueryFile.load(project.queries / "pages" / "rights.rq")).rows
        told = [tuple("" if term is None else term.value for term in row) for row in rows]
        licences = [licence for _, _, licence, _ in told] or [CC_BY]
        return cls(
            "",
            tuple(f"{name}: {records} records" for name, records, _, _ in told),
            tuple(dict.fromkeys(rights for _, _, _, rights in told if rights)),
            next((licence for licence in licences if _SHARE_ALIKE in licence), min(licences, key=_not_cc_by)),
            store.endpoint,
        )

    @classmethod
    def of(cls, project: Project) -> Edition:
        """Return the edition of the whole graph of a project, imports included, without building it."""
        dumps = dumps_of(project)
        parts = [(dump.contains, dump.attribution, dump.licence) for dump in dumps]
        return cls._joined(hashlib.sha256(as_lines(served(dumps))).hexdigest()[:16], parts)

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> Edition:
        """Return the edition of a release by its manifest."""
        files = [manifest["files"][name] for name in manifest["dumps"]]
        parts = [(file["contains"], file["attribution"], file["licence"]) for file in files]
        return cls._joined(manifest["release"], parts)

    @classmethod
    def _joined(cls, release: str, parts: Sequence[tuple[Iterable[str], Iterable[str], str]]) -> Edition:
        licences = [licence for _, _, licence in parts]
        return cls(
            release,
            tuple(line for contains, _, _ in parts for line in contains),
            tuple(dict.fromkeys(line for _, attribution, _ in parts for line in attribution)),
            next((licence for licence in licences if _SHARE_ALIKE in licence), licences[-1]),
        )


def _not_cc_by(licence: str) -> bool:
    return licence != CC_BY


def receipt(edition: Edition, question: QueryFile, terms: Bindings, table: Table) -> dict[str, Any]:
    """Return the receipt of an answer."""
    stated: dict[str, Any] = {
        "receipt": _FORMAT,
        "question": {"name": question.name, "title": question.said("title"), "sha256": _sha256(question.text)},
        "parameters": {name: str(term) for name, term in sorted(terms.items())},
        **({"endpoint": edition.endpoint} if edition.endpoint else {"release": edition.release}),
        "contains": list(edition.contains),
        "attribution": list(edition.attribution),
        "licence": edition.licence,
        "rows": len(table.rows),
        "limits": [],
        "sha256": hashlib.sha256(canonical(table)).hexdigest(),
        "software": __version__,
    }
    return {**stated, "seal": seal(stated)}


def with_file(stated: Mapping[str, Any], path: Path, form: str, data: bytes) -> dict[str, Any]:
    """Return a receipt that states the file of the answer too: name without folder, format, hash of its bytes.

    The seal is a new one, over all of it.  Letters of a name that are no text are replaced, as JSON has texts alone.
    """
    name = path.name.encode(errors="replace").decode()
    part = {"name": name, "format": form, "sha256": hashlib.sha256(data).hexdigest()}
    body = {**{key: value for key, value in stated.items() if key != "seal"}, FILE: part}
    return {**body, "seal": seal(body)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def seal(stated: Mapping[str, Any]) -> str:
    """Return the hash of everything that a receipt states but the seal itself: an edited receipt is noticed."""
    body = {key: value for key, value in stated.items() if key != "seal"}
    return _sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def origin_of(stated: Mapping[str, Any]) -> str:
    """Return what a receipt says that the answer was drawn from, in words."""
    return f"Release {stated['release']}" if "release" in stated else f"Endpoint {stated['endpoint']}"


def text_of(stated: Mapping[str, Any]) -> str:
    """Return a receipt as the text of its file."""
    return json.dumps(stated, indent=2, ensure_ascii=False) + "\n"


def verify(path: Path, project: Project, store: Store) -> list[Difference]:
    """Run the question of a receipt again and return what it states beside what is found.

    The file that a receipt states is looked for beside the receipt, under the name that is stated.
    Raises Unreadable for a file that is no receipt, WrongUse where the question does not exist any more.
    """
    stated = _load(path)
    question = QueryFile.named(project.answers, str(stated["question"]["name"]))
    terms = {name: _term(path, name, text) for name, text in stated["parameters"].items()}
    now = receipt(Edition.answering(project, store), question, terms, answer_with(store, question, terms))
    return [
        Difference("seal", str(stated["seal"]), seal(stated)),
        Difference("question", str(stated["question"]["sha256"]), str(now["question"]["sha256"])),
        _origins(stated, now),
        Difference("contains", "; ".join(stated["contains"]), "; ".join(now["contains"]), binding=False),
        Difference("licence", str(stated["licence"]), str(now["licence"])),
        Difference("rows", str(stated["rows"]), str(now["rows"])),
        Difference("result", str(stated["sha256"]), str(now["sha256"])),
        *([_neighbour(path, stated[FILE])] if FILE in stated else []),
    ]


def _neighbour(path: Path, stated: Mapping[str, str]) -> Difference:
    """Return the hash of the file that a receipt states beside that of the file of this name in its folder."""
    file = path.with_name(stated["name"])
    if not file.is_file():
        return Difference(FILE, stated["sha256"], "", binding=False, here=False)
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        message = f"cannot be read ({error.strerror}); it is the file of {path.name}."
        raise Unreadable(message, file) from error
    return Difference(FILE, stated["sha256"], found)


def _origins(stated: Mapping[str, Any], now: Mapping[str, Any]) -> Difference:
    """Return the two releases, or where one of them is an endpoint what both were drawn from."""
    if "release" in stated and "release" in now:
        return Difference("release", str(stated["release"]), str(now["release"]), binding=False)
    return Difference("origin", origin_of(stated), origin_of(now), binding=False)


def _load(path: Path) -> dict[str, Any]:
    try:
        stated: dict[str, Any] = json.loads(read_text(path))
        is_receipt = (
            stated["receipt"] == _FORMAT
            and isinstance(stated["question"]["name"], str)
            and all(isinstance(text, str) for text in stated["parameters"].values())
            and {"seal", "contains", "licence", "rows", "sha256"} <= set(stated)
            and ("release" in stated or "endpoint" in stated)
            and (FILE not in stated or _is_file(stated[FILE]))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = (
            f"not a receipt ({type(error).__name__}: {error}); make one with failuregraph ask NAME --receipt FILE."
        )
        raise Unreadable(message, path) from error
    if not is_receipt:
        message = f"not a receipt of the form {_FORMAT}; make one with failuregraph ask NAME --receipt FILE."
        raise Unreadable(message, path)
    return stated


def _is_file(stated: Mapping[str, Any]) -> bool:
    """Say whether the part for the file is one: three texts, and a name that leads out of no folder."""
    name = stated["name"]
    texts = all(isinstance(stated[key], str) for key in ("name", "format", "sha256"))
    return texts and name not in ("", ".", "..") and "\0" not in name and PurePath(name).name == name


_TERM = re.compile(r"<[^<>\"{}|^`\\\s]+>|\"(?:[^\"\\\n\r]|\\.)*\"(?:@[A-Za-z0-9-]+|\^\^<[^<>\"{}|^`\\\s]+>)?")


def _term(path: Path, name: str, text: str) -> Term:
    """Return the RDF term of an N-Triples form; exactly one term, or Unreadable."""
    message = f"the parameter {name} “{text[:60]}” is no RDF term."
    if not _TERM.fullmatch(text):
        raise Unreadable(message, path)
    line = f"<https://example.org/s> <https://example.org/p> {text} ."
    try:
        (quad,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise Unreadable(message, path) from error
    if not isinstance(quad.object, ox.NamedNode | ox.Literal):
        raise Unreadable(message, path)
    return quad.object
