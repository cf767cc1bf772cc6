"""What a release is made of, by licence: each dump stands under one licence and says what it contains.

The first dump is under CC BY 4.0: the project, the imports under CC BY, and what is derived from these
alone.  It is byte for byte the dump of a build without the other imports, so that nothing under another
licence, and nothing derived with its help, can be in it.  Every other import is a dump of its own, as it was
imported, and what is derived from everything together is the last one (decision 0012).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.bank import bank_quads
from failuregraph.derive import DERIVED, derive
from failuregraph.errors import Unreadable
from failuregraph.names import CC_BY, NAMESPACES, RDF_TYPE
from failuregraph.store import project_quads, workspace_quads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from failuregraph.project import Project, Workspace

__all__ = ["DERIVED_FILE", "MAIN_FILE", "Dump", "as_lines", "dumps_of", "notice", "served"]

#: The dump under CC BY 4.0, and the one of what is derived from all dumps together.
MAIN_FILE: Final = "failuregraph.nq"
DERIVED_FILE: Final = "derived.nq"
_SHARE_ALIKE: Final = "/by-sa/"
_REGISTRY: Final = ox.NamedNode(NAMESPACES["fg"] + "Registry")
_RIGHTS: Final = ox.NamedNode(NAMESPACES["schema"] + "creditText")
_AUTHOR: Final = ox.NamedNode(NAMESPACES["prov"] + "wasAttributedTo")
_TYPE: Final = ox.NamedNode(RDF_TYPE)


@dataclass(frozen=True)
class Dump:
    """A file of N-Quads under one licence, with the attribution that it owes and what it contains."""

    file: str
    licence: str
    attribution: tuple[str, ...]
    contains: tuple[str, ...]
    quads: Sequence[ox.Quad]

    @cached_property
    def lines(self) -> bytes:
        """The content of the file: sorted N-Quads."""
        return as_lines(self.quads)

    def rights(self) -> dict[str, Any]:
        """Return licence, attribution and content, as the manifest states them."""
        return {"licence": self.licence, "attribution": list(self.attribution), "contains": list(self.contains)}


def as_lines(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as N-Quads, one a line, in their order."""
    return "".join(f"{quad} .\n" for quad in quads).encode()


def dumps_of(project: Project) -> list[Dump]:
    """Return the dumps of a project with its imports, the one under CC BY first.

    Raises Unreadable for a file that does not parse and for a project without records.
    """
    if not any(source.kind == "record" for source in project.sources()):
        message = "there is no record to build a release from."
        raise Unreadable(message, project.data)
    free = tuple(each for each in project.imports if each.licence == CC_BY)
    others = [each for each in project.imports if each.licence != CC_BY]
    main = _main(replace(project, imports=free))
    apart = [_import(each) for each in others]
    return [main, *apart, _derived(project, main, apart)] if others else [main]


def _main(project: Project) -> Dump:
    """Return the dump under CC BY, blank nodes named canonically (RDFC-1.0)."""
    own = project_quads(replace(project, imports=()))
    quads = [*own, *bank_quads(project), *(quad for each in project.imports for quad in workspace_quads(each))]
    dataset = ox.Dataset([*quads, *derive(quads, project)])
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    owed = [*_rights(own), *(each.attribution for each in project.imports)]
    names = ("Failure Graph: records, ontology, questions and what is derived from them", *map(_told, project.imports))
    return Dump(MAIN_FILE, CC_BY, tuple(dict.fromkeys(owed)), names, sorted(dataset, key=str))


def _rights(quads: Sequence[ox.Quad]) -> list[str]:
    """Return the attribution lines of the registries that records of the project are attributed to."""
    cited = {quad.object for quad in quads if quad.predicate == _AUTHOR}
    registries = {quad.subject for quad in quads if quad.predicate == _TYPE and quad.object == _REGISTRY} & cited
    lines = (quad.object for quad in quads if quad.predicate == _RIGHTS and quad.subject in registries)
    return sorted(line.value for line in lines if isinstance(line, ox.Literal))


def _import(workspace: Workspace) -> Dump:
    quads = sorted(workspace_quads(workspace), key=str)
    return Dump(f"{workspace.name}.nq", workspace.licence, (workspace.attribution,), (_told(workspace),), quads)


def _told(workspace: Workspace) -> str:
    """Return what an import is, in words."""
    version, date = workspace.manifest["version"], workspace.manifest["date"]
    edition = (f", version {version}" if version else "") + (f", as of {date}" if date else "")
    return f"{workspace.title}: {workspace.records} {workspace.manifest['unit']}{edition}"


def _derived(project: Project, main: Dump, apart: Sequence[Dump]) -> Dump:
    """Return what the rules derive from all dumps, under the licence that asks most."""
    licences = [dump.licence for dump in apart]
    licence = next((each for each in licences if _SHARE_ALIKE in each), licences[0])
    owed = [line for dump in (main, *apart) for line in dump.attribution]
    asserted = [quad for quad in main.quads if quad.graph_name != ox.NamedNode(DERIVED)]
    quads = derive([*asserted, *(quad for dump in apart for quad in dump.quads)], project)
    contains = (f"Derived facts of all dumps together; they replace the graph {DERIVED} of {MAIN_FILE}",)
    return Dump(DERIVED_FILE, licence, tuple(dict.fromkeys(owed)), contains, quads)


def served(dumps: Sequence[Dump]) -> list[ox.Quad]:
    """Return the quads of all dumps together, as a store holds them, sorted."""
    quads = [quad for dump in dumps for quad in dump.quads]
    if dumps[-1].file == DERIVED_FILE:
        derived = ox.NamedNode(DERIVED)
        quads = [quad for quad in quads if quad.graph_name != derived] + list(dumps[-1].quads)
    return sorted(quads, key=str)


def notice(dumps: Sequence[Dump]) -> str:
    """Return the text that lies beside the dumps: licence, attribution and content of each."""
    parts = []
    for dump in dumps:
        lines = [dump.file, f"  licence: {dump.licence}"]
        lines += [f"  contains: {each}" for each in dump.contains]
        lines += [f"  attribution: {each}" for each in dump.attribution]
        parts.append("\n".join(lines) + "\n")
    head = "What each file contains, and under which licence. Dumps of different licences are not to be merged.\n\n"
    return head + "\n".join(parts)
