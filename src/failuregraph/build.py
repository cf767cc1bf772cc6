"""A release: an Oxigraph store, dumps from the source files, a search index and a manifest, all or nothing.

The release is named by the hash of its content, so that two builds of the same files are the same
release; the clock is never read.  The store rewrites literals and is only a cache, as is the index: dumps and hashes
come from the files (design §4).  Each licence has its dump: see ``failuregraph.dumps``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph import __version__
from failuregraph.catalog.metadata import METADATA_FILE, metadata
from failuregraph.catalog.saying import DCAT
from failuregraph.catalog.void import dates
from failuregraph.derive import DERIVED
from failuregraph.dumps import DERIVED_FILE, as_lines, dumps_of, notice, served
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.forms import forms_of
from failuregraph.history.answers import (
    ANSWERS_FILE,
    HISTORY_FILE,
    History,
    answers_of,
    answers_text,
    date_of,
    read_answers,
)
from failuregraph.history.records import CHANGES_FILE, RECORDS_FILE, Log, read_records, records_of
from failuregraph.history.records import text as records_text
from failuregraph.names import CC_BY, NAMESPACES, ONTOLOGY
from failuregraph.search import INDEX_FILE, check_index, texts_of, write_index
from failuregraph.store import OxigraphStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from failuregraph.dumps import Dump
    from failuregraph.project import Project

__all__ = ["Release", "build"]

_MANIFEST: Final = "manifest.json"
_NOTICE: Final = "NOTICE.txt"
_STORE: Final = "store"
_ANSWERS: Final = "How many rows each stored question has with its default parameters, and the hash of its answer"
_RECORDS: Final = "How many statements each record has, and their hash"
_NAME: Final = re.compile(r"[0-9a-f]{16}")
_VERSION_INFO: Final = ox.NamedNode(NAMESPACES["owl"] + "versionInfo")


@dataclass(frozen=True)
class Release:
    """A finished release on disk; nothing of it changes any more."""

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Release:
        """Return the release at a folder once its files, its store and its index agree with its manifest.

        Raises Unreadable for a folder that is no release, a file that was changed, or a store or an index that is
        damaged or incomplete.
        """
        try:
            manifest = json.loads((path / _MANIFEST).read_bytes())
            release = cls(path.resolve(), manifest)
            for name, expected in manifest["files"].items():
                if _sha256(path / name) != expected["sha256"]:
                    message = f"{name} is not what the manifest says; build the release again."
                    raise Unreadable(message, path)
            check_index(release.index_path, manifest["search"])
            count = len(release.store().inner)
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"not a release that can be served ({error}); build it again with failuregraph build."
            raise Unreadable(message, path) from error
        if count != manifest["counts"]["quads"]:
            message = f"the store holds {count} quads, the manifest says {manifest['counts']['quads']}; build it again."
            raise Unreadable(message, path)
        return release

    @property
    def identifier(self) -> str:
        """The name of the release: the first 16 digits of the hash of its content."""
        return str(self.manifest["release"])

    @property
    def store_path(self) -> Path:
        """The folder of the Oxigraph store."""
        return self.path / _STORE

    @property
    def history_path(self) -> Path:
        """The file beside the releases that tells which release changed which answer; it need not be there."""
        return self.path.parents[1] / HISTORY_FILE

    @property
    def log_path(self) -> Path:
        """The file beside the releases that tells which release changed which record; it need not be there."""
        return self.path.parents[1] / CHANGES_FILE

    @property
    def index_path(self) -> Path:
        """The file of the search index."""
        return self.path / INDEX_FILE

    def beside(self, identifier: str) -> Release | None:
        """Return the release of that name in the same folder, itself or another; None where there is none.

        Its files are not looked at again: a release that a build has finished does not change.
        """
        path = self.path.parent / identifier
        if not _NAME.fullmatch(identifier) or not (path / _MANIFEST).is_file():
            return None
        return self if path == self.path else Release(path, json.loads((path / _MANIFEST).read_bytes()))

    def catalogue(self) -> list[ox.Triple]:
        """Return what DCAT says of the release, its files and the endpoint."""
        told = ox.parse(path=str(self.path / METADATA_FILE), format=ox.RdfFormat.N_QUADS)
        return [quad.triple for quad in told if quad.graph_name == ox.NamedNode(DCAT)]

    def store(self) -> OxigraphStore:
        """Return the store, opened for reading alone; it must exist."""
        return OxigraphStore(ox.Store.read_only(str(self.store_path)))

    def graphs(self) -> dict[str, list[ox.Triple]]:
        """Return named graph → its statements, from dumps and metadata, with the lexical forms of the source."""
        found: dict[str, list[ox.Triple]] = {}
        for file in (*self.manifest["dumps"], METADATA_FILE):
            if file == DERIVED_FILE:
                found.pop(DERIVED, None)
            for quad in ox.parse(path=str(self.path / file), format=ox.RdfFormat.N_QUADS):
                name = quad.graph_name
                if isinstance(name, ox.NamedNode):
                    found.setdefault(name.value, []).append(quad.triple)
        return found


def build(project: Project, out: Path) -> Release:
    """Build a release of the project below ``out`` and make it the current one.

    ``out/releases/NAME`` appears whole or not at all, then ``out/current`` is switched to it.  What the release
    answers otherwise than the last one is added to ``out/history.json``, what became of the records to
    ``out/changes.json``.  Raises
    Unreadable for a file that does not parse, a project without records or a folder that cannot be
    written to, WrongUse where another build is under way.
    """
    dumps = dumps_of(project)
    with _writing(out), _locked(out):
        work = Path(tempfile.mkdtemp(dir=out, prefix=".building-"))
        try:
            manifest = _write(work, project, dumps)
            final = out / "releases" / str(manifest["release"])
            final.parent.mkdir(exist_ok=True)
            if not _is_whole(final, manifest):
                shutil.rmtree(final, ignore_errors=True)
                _sync(work)
                work.chmod(0o755)
                work.rename(final)
            _remember(out, final, str(manifest["release"]))
            _switch(out / "current", final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Release(final.resolve(), manifest)


def _remember(out: Path, release: Path, identifier: str) -> None:
    """Add what a release answers and states otherwise than the one before it to the histories."""
    answers, history, log = read_answers(release / ANSWERS_FILE), out / HISTORY_FILE, out / CHANGES_FILE
    History.read(history).with_answers(answers).write(history)
    Log.read(log).with_release(identifier, date_of(answers), read_records(release / RECORDS_FILE)).write(log)


def _is_whole(path: Path, manifest: dict[str, Any]) -> bool:
    """Say whether the release is already there, undamaged and as it would be built: it may be in use and is left alone.

    The same content is the same release; another version of the software may say more of it beside the dumps.
    """
    try:
        return Release.open(path).manifest == manifest
    except Unreadable:
        return False


@contextlib.contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        message = f"cannot be written to ({error.strerror or error}); choose another folder with -o."
        raise Unreadable(message, out) from error


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the lock of the folder, and remove what a build that was killed left behind."""
    with (out / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{out}: another build is under way; wait for it or choose another folder with -o."
            raise WrongUse(message) from error
        for left in out.glob(".building-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _write(work: Path, project: Project, dumps: Sequence[Dump]) -> dict[str, Any]:
    for dump in dumps:
        (work / dump.file).write_bytes(dump.lines)
    rights = _rights(dumps) | _formed(work, dumps[0])
    quads = served(dumps)
    content = hashlib.sha256(as_lines(quads)).hexdigest()
    store = ox.Store(str(work / _STORE))
    store.bulk_extend(quads)
    told = metadata(content[:16], dumps, _stated(work, rights), list(store))
    store.bulk_extend(told.quads)
    store.flush()
    counts = {"quads": len(store), "metadata": len(told.quads)}
    indexed = write_index(work / INDEX_FILE, texts_of(project, OxigraphStore(store)))
    when = dates(list(store)).modified
    answers = answers_of(project, OxigraphStore(store), content[:16], when)
    (work / ANSWERS_FILE).write_text(answers_text(answers), encoding="utf-8")
    (work / RECORDS_FILE).write_text(records_text(records_of(quads)), encoding="utf-8")
    del store
    (work / told.file).write_bytes(told.lines)
    (work / _NOTICE).write_text(notice([*dumps, told]), encoding="utf-8")
    rights |= {_NOTICE: {"licence": dumps[0].licence}, told.file: told.rights()}
    rights |= {
        ANSWERS_FILE: {"licence": dumps[-1].licence, "contains": [_ANSWERS]},
        RECORDS_FILE: {"licence": dumps[-1].licence, "contains": [_RECORDS]},
    }
    manifest = _manifest(project, [*quads, *told.quads], counts) | {
        "release": content[:16],
        "content_sha256": content,
        "dumps": [dump.file for dump in dumps],
        "search": indexed,
        "files": _stated(work, rights),
    }
    (work / _MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def _rights(dumps: Sequence[Dump]) -> dict[str, dict[str, Any]]:
    """Return dump → its licence, attribution and content."""
    return {dump.file: dump.rights() for dump in dumps}


def _formed(work: Path, dump: Dump) -> dict[str, dict[str, Any]]:
    """Write the other forms of a dump and return form → its licence, attribution and content."""
    stated = {}
    for form in forms_of(dump):
        (work / form.file).write_bytes(form.body)
        stated[form.file] = dump.rights() | {"contains": [form.contains]}
    return stated


def _stated(work: Path, rights: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return file → its size and hash, with what is stated of it."""
    return {
        name: {"bytes": (work / name).stat().st_size, "sha256": _sha256(work / name), **stated}
        for name, stated in rights.items()
    }


def _manifest(project: Project, quads: Sequence[ox.Quad], counts: Mapping[str, int]) -> dict[str, Any]:
    kinds = Counter(source.kind for source in project.sources())
    graphs = Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode))
    versions = [
        quad.object.value
        for quad in quads
        if quad.subject == ox.NamedNode(ONTOLOGY) and quad.predicate == _VERSION_INFO
        if isinstance(quad.object, ox.Literal)
    ]
    return {
        "canonicalization": "RDFC-1.0, sorted N-Quads",
        "software": __version__,
        "ontology": versions[0] if versions else "not stated",
        "licence": CC_BY,
        "counts": {**counts, "graphs": len(graphs), "sources": dict(sorted(kinds.items()))},
        "graphs": dict(sorted(graphs.items())),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(folder: Path) -> None:
    """Write every file and folder through to the disk before the rename makes them count."""
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _switch(link: Path, target: Path) -> None:
    fresh = link.with_name(".current.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(target, link.parent))
    fresh.replace(link)
    _sync_folder(link.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
