"""Where things are: the folders of a project, and the way from path to identifier, IRI and graph.

``Project(root)`` alone knows folder names.  The test corpus and the copy inside an installed package are
just other projects.  Parses no RDF.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import BASE, GRAPH, ONTOLOGY, SCHEMES, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["DATA_KINDS", "Project", "SourceFile", "Workspace", "is_identifier"]

#: The folders of ``data/`` that hold one thing a file: folder → kind of the thing.
DATA_KINDS: Final[dict[str, str]] = {
    "controls": "control",
    "incidents": "record",
    "organisations": "organisation",
    "publishers": "publisher",
    "registries": "registry",
    "systems": "system",
}

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_RECORD = re.compile(rf"(?:FI-[0-9]{{4}}|FG-[0-9]{{4}}|FI-X-{_SLUG}|{_SLUG})")
_OTHER = re.compile(_SLUG)
_LONGEST = 60


def is_identifier(kind: str, text: str) -> bool:
    """Say whether the text can be the identifier of a thing of that kind.

    >>> is_identifier("record", "FI-0351"), is_identifier("record", "FI-351")
    (True, False)
    """
    pattern = _RECORD if kind in ("record", "incident") else _OTHER
    return len(text) <= _LONGEST and pattern.fullmatch(text) is not None


@dataclass(frozen=True, order=True)
class SourceFile:
    """One Turtle file of a project: its path, what it is about and the named graph that it is."""

    path: Path
    kind: str
    identifier: str
    graph: str

    @property
    def is_shapes(self) -> bool:
        """Whether the file holds shapes, for our own records or for those of other registries."""
        return self.kind in ("shapes", "imported-shapes")

    @property
    def subjects(self) -> tuple[str, ...]:
        """The IRIs that the file may speak of; a part may extend one of them after ``#``."""
        if self.kind == "record":
            return (f"{BASE}record/{self.identifier}", f"{BASE}incident/{self.identifier}")
        if self.kind in DATA_KINDS.values():
            return (f"{BASE}{self.kind}/{self.identifier}",)
        return ()


@dataclass(frozen=True)
class Workspace:
    """A folder that an import wrote: the N-Quads of another registry and a manifest of what they are."""

    path: Path
    manifest: dict[str, Any]

    #: The names of its files.
    GRAPH_FILE = "graph.nq"
    MANIFEST_FILE = "manifest.json"
    REPORT_FILE = "report.tsv"
    #: The layout of the manifest; another number is refused.
    FORMAT = 1

    @classmethod
    def is_at(cls, path: Path) -> bool:
        """Say whether a folder is one that an import wrote."""
        return (path / cls.MANIFEST_FILE).is_file() and (path / cls.GRAPH_FILE).is_file()

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """Return the workspace at a folder once its graph agrees with its manifest, or raise Unreadable."""
        try:
            manifest = json.loads((path / cls.MANIFEST_FILE).read_bytes())
            if manifest["format"] != cls.FORMAT:
                message = f"the import has the layout {manifest['format']}, not {cls.FORMAT}; import the file again."
                raise Unreadable(message, path / cls.MANIFEST_FILE)
            found = hashlib.sha256((path / cls.GRAPH_FILE).read_bytes()).hexdigest()
            if found != manifest["graph"]["sha256"]:
                message = "the graph is not what the manifest says; import the file again."
                raise Unreadable(message, path / cls.GRAPH_FILE)
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"not an imported registry ({error}); make one with failuregraph import REGISTRY PATH --into DIR."
            raise Unreadable(message, path) from error
        return cls(path, manifest)

    @property
    def name(self) -> str:
        """The name of what was imported, such as ``aiid``; one graph holds each name once."""
        return str(self.manifest["name"])

    @property
    def licence(self) -> str:
        """The IRI of the licence under which its statements stand."""
        return str(self.manifest["licence"])

    @property
    def title(self) -> str:
        """The name of the registry, for people."""
        return str(self.manifest["title"])

    @property
    def attribution(self) -> str:
        """The attribution that its licence asks for."""
        return str(self.manifest["attribution"])

    @property
    def records(self) -> int:
        """How many records, or mappings of a set of mappings, are in use."""
        return int(self.manifest["records"]["live"])

    @property
    def graph_file(self) -> Path:
        """The N-Quads of the workspace."""
        return self.path / self.GRAPH_FILE


@dataclass(frozen=True)
class Project:
    """A folder with ``data/``, ``ontology/`` and ``queries/``, and the imports that are used with it."""

    root: Path
    imports: tuple[Workspace, ...] = ()

    @classmethod
    def find(cls, start: Path) -> Project:
        """Return the project that holds ``start``, or raise WrongUse that says what was looked for."""
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / "data").is_dir() and (folder / "ontology").is_dir():
                return cls(folder)
        message = f"{start}: no Failure Graph project here or above (a folder with data/ and ontology/); use --project."
        raise WrongUse(message)

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the project at exactly this folder, or raise WrongUse."""
        for name in ("data", "ontology"):
            if not (root / name).is_dir():
                message = f"{root}: not a Failure Graph project, the folder {name}/ is missing."
                raise WrongUse(message)
        return cls(root.resolve())

    @classmethod
    def bundled(cls) -> Project:
        """Return the project that ships inside the package; a source checkout is its own bundle."""
        inside = Path(__file__).parent / "bundled"
        return cls(inside) if inside.is_dir() else cls.find(Path(__file__).parent)

    def with_imports(self, folders: Iterable[Path]) -> Project:
        """Return the project together with imported registries; raises WrongUse where one is named twice."""
        found = [Workspace.open(folder) for folder in dict.fromkeys(folder.resolve() for folder in folders)]
        seen: dict[str, Path] = {}
        for each in found:
            if each.name in seen:
                raise WrongUse(f"{each.path}: {each.name} is in {seen[each.name]} too; name one of the two.")
            seen[each.name] = each.path
        return replace(self, imports=tuple(sorted(found, key=lambda each: each.name)))

    def usual_imports(self) -> list[Path]:
        """Return the folders that ``with`` under ``[tool.failuregraph]`` of the project's pyproject.toml names."""
        path = self.root / "pyproject.toml"
        if not path.is_file():
            return []
        try:
            named = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("failuregraph", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"not TOML: {error}.", path) from error
        folders = named.get("with", [])
        if not isinstance(folders, list) or not all(isinstance(each, str) for each in folders):
            message = 'tool.failuregraph.with must be a list of folders, such as ["imports/aiid"].'
            raise Unreadable(message, path)
        return [self.root / each for each in folders]

    @property
    def imported(self) -> Path:
        """The folder where imports go unless another is named."""
        return self.root / "imports"

    @property
    def change_log(self) -> str:
        """What changed from release to release, as Markdown; empty where the project does not say."""
        path = self.root / "CHANGELOG.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @property
    def data(self) -> Path:
        """The folder of reviewed data."""
        return self.root / "data"

    @property
    def incidents(self) -> Path:
        """The folder of incident records, one file each."""
        return self.data / "incidents"

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, its schemes and its shapes."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """The folder of SHACL shapes."""
        return self.ontology / "shapes"

    @property
    def queries(self) -> Path:
        """The folder of stored queries."""
        return self.root / "queries"

    @property
    def answers(self) -> Path:
        """The folder of questions that people ask."""
        return self.queries / "answers"

    @property
    def checks(self) -> Path:
        """The folder of check queries, which must return nothing."""
        return self.queries / "checks"

    @property
    def derivations(self) -> Path:
        """The folder of CONSTRUCT rules."""
        return self.queries / "derive"

    @property
    def cache(self) -> Path:
        """The folder of results that can be thrown away."""
        return self.root / ".cache" / "failuregraph"

    def sources(self) -> list[SourceFile]:
        """Return every Turtle file of the project, data first, in the order of their paths."""
        return [*sorted(self._data_files()), *sorted(self._ontology_files())]

    def source_of(self, path: Path) -> SourceFile | None:
        """Return what the file at that path is, or None where the project has no place for it."""
        resolved = path.resolve()
        for root, place in ((self.data, self._data_file), (self.ontology, self._ontology_file)):
            if resolved.is_relative_to(root.resolve()) and resolved.suffix == ".ttl":
                return place(root / resolved.relative_to(root.resolve()))
        return None

    def path_of(self, kind: str, identifier: str) -> Path:
        """Return where the file of that thing is or would be (an incident lives in its record)."""
        kind = "record" if kind == "incident" else kind
        folder = {value: key for key, value in DATA_KINDS.items()}[kind]
        return self.data / folder / f"{identifier}.ttl"

    def _data_files(self) -> Iterator[SourceFile]:
        for path in self.data.rglob("*.ttl"):
            source = self._data_file(path)
            if source is not None:
                yield source

    def _data_file(self, path: Path) -> SourceFile | None:
        parts = path.relative_to(self.data).parts
        stem = path.stem
        match parts:
            case ("withdrawn.ttl",):
                return SourceFile(path, "withdrawn", "withdrawn", GRAPH + "withdrawn")
            case ("links", _):
                return SourceFile(path, "links", stem, f"{GRAPH}links/{stem}")
            case ("incidents", _):
                return SourceFile(path, "record", stem, f"{BASE}record/{stem}")
            case (folder, _) if folder in DATA_KINDS:
                return SourceFile(path, DATA_KINDS[folder], stem, f"{BASE}doc/{DATA_KINDS[folder]}/{stem}")
        return None

    def _ontology_files(self) -> Iterator[SourceFile]:
        for path in self.ontology.rglob("*.ttl"):
            source = self._ontology_file(path)
            if source is not None:
                yield source

    def _ontology_file(self, path: Path) -> SourceFile | None:
        parts = path.relative_to(self.ontology).parts
        stem = path.stem
        match parts:
            case ("prefixes.ttl",):
                found = ("prefixes", GRAPH + "prefixes")
            case ("shapes", _):
                found = ("shapes", SHAPES)
            case ("shapes", "imported", _):
                found = ("imported-shapes", SHAPES + "/imported")
            case ("schemes", _) if stem in SCHEMES:
                found = ("scheme", BASE + stem)
            case ("alignments", _):
                found = ("alignment", f"{GRAPH}alignments/{stem}")
            case (_,):
                found = ("ontology", ONTOLOGY)
            case _:
                return None
        kind, graph = found
        return SourceFile(path, kind, stem, graph)

    def strays(self) -> list[Path]:
        """Return the files under ``data/`` and ``ontology/`` for which the layout has no place."""
        known = {source.path for source in self.sources()}
        found = (path for folder in (self.data, self.ontology) for path in folder.rglob("*") if path.is_file())
        return sorted(path for path in found if path not in known and not path.name.startswith("."))
