"""Licences hold: what stands under which licence, and that nothing under another one reaches the CC BY dump."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from failuregraph.build import Release, build
from failuregraph.derive import DERIVED
from failuregraph.dumps import DERIVED_FILE, MAIN_FILE, Dump, dumps_of, served
from failuregraph.names import BASE, CC_BY, GRAPH
from failuregraph.project import Project, Workspace
from failuregraph.store import OxigraphStore

SHARE_ALIKE = "https://creativecommons.org/licenses/by-sa/4.0/"
_METADATA = (ox.NamedNode(GRAPH + "dcat"), ox.NamedNode(GRAPH + "void"))
APACHE = "https://www.apache.org/licenses/LICENSE-2.0"


@pytest.fixture(scope="module")
def dumps(together: Project) -> dict[str, Dump]:
    """Return the dumps of the corpus with five registries, by file."""
    return {dump.file: dump for dump in dumps_of(together)}


@pytest.fixture(scope="module")
def release(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the corpus with five registries."""
    return build(together, tmp_path_factory.mktemp("release"))


def _only(project: Project, *names: str) -> Project:
    return replace(project, imports=tuple(each for each in project.imports if each.name in names))


def test_the_cc_by_dump_is_that_of_a_build_without_the_others(together: Project, dumps: dict[str, Dump]) -> None:
    """Byte for byte: AIID and ATLAS leave no trace, not even in what is derived."""
    without = _only(together, "agent-postmortems", "ai-incident-law", "agent-incident-log")
    assert dumps_of(without)[0].lines == dumps[MAIN_FILE].lines


def test_without_imports_there_is_the_one_dump(corpus: Project) -> None:
    """A project alone is one dump under CC BY."""
    assert [(MAIN_FILE, CC_BY)] == [(dump.file, dump.licence) for dump in dumps_of(corpus)]


def test_no_share_alike_statement_is_in_the_cc_by_dump(dumps: dict[str, Dump]) -> None:
    """No statement of AIID, none in a graph of its import, and none that states its licence of a record."""
    apart = set(dumps["aiid.nq"].quads)
    text = dumps[MAIN_FILE].lines.decode()
    assert apart
    assert set() == apart & set(dumps[MAIN_FILE].quads)
    assert not re.search(rf"<{GRAPH}import/aiid|<{BASE}record/AIID-\d+> \.$", text, re.MULTILINE)


def test_what_is_derived_with_its_help_is_share_alike(together: Project, dumps: dict[str, Dump]) -> None:
    """That FI-9001 and AIID-9001 are one event is derived from both, and stands in the share-alike dump alone."""
    fact = "<https://w3id.org/failuregraph/incident/FI-9001> <https://w3id.org/failuregraph/ontology#event> "
    wanted = f"{fact}<https://w3id.org/failuregraph/incident/AIID-9001>"
    assert SHARE_ALIKE == dumps[DERIVED_FILE].licence
    assert wanted in dumps[DERIVED_FILE].lines.decode()
    assert wanted not in dumps[MAIN_FILE].lines.decode()
    assert APACHE == dumps_of(_only(together, "atlas"))[-1].licence


def test_the_licence_decides_and_nothing_else(together: Project, dumps: dict[str, Dump]) -> None:
    """The same import under CC BY would be in the dump: the tests above can fail."""
    aiid = next(each for each in together.imports if each.name == "aiid")
    relabelled = Workspace(aiid.path, aiid.manifest | {"licence": CC_BY})
    main = dumps_of(replace(together, imports=(relabelled,)))[0]
    assert set(dumps["aiid.nq"].quads) <= set(main.quads)


def test_every_dump_states_what_it_contains(dumps: dict[str, Dump]) -> None:
    """Licence, attribution and content stand on each."""
    assert {MAIN_FILE: CC_BY, "aiid.nq": SHARE_ALIKE, "atlas.nq": APACHE, DERIVED_FILE: SHARE_ALIKE} == {
        name: dump.licence for name, dump in dumps.items()
    }
    assert [] == [name for name, dump in dumps.items() if not (dump.attribution and dump.contains)]
    assert "AI Incident Database, Responsible AI Collaborative, CC BY-SA 4.0" in dumps["aiid.nq"].attribution[0]
    assert ("MITRE ATLAS: 2 records, version 9.9.9",) == dumps["atlas.nq"].contains
    assert "AI Failure Index, Realm Labs, CC BY 4.0" in dumps[MAIN_FILE].attribution


def test_the_release_states_it_beside_the_files(release: Release) -> None:
    """The manifest and NOTICE.txt say the licence of each file that is there; the search index is a cache."""
    files = {path.name for path in release.path.iterdir() if path.is_file()} - {"manifest.json", "search.sqlite"}
    notice = (release.path / "NOTICE.txt").read_text(encoding="utf-8")
    assert files == set(release.manifest["files"])
    assert [] == [name for name, stated in release.manifest["files"].items() if not stated["licence"]]
    assert [] == [name for name in release.manifest["dumps"] if f"\n{name}\n  licence: " not in notice]


def test_the_store_holds_all_dumps_with_one_derived_graph(release: Release, together: Project) -> None:
    """What is served is the union, with what was derived from everything in place of the CC BY part of it."""
    quads = served(dumps_of(together))
    graphs = release.graphs()
    told = [quad for quad in release.store().inner if quad.graph_name in _METADATA]
    assert set(OxigraphStore.of(quads).inner) == set(release.store().inner) - set(told)  # a store rewrites 1.0 to 1
    assert len(told) == sum(len(graphs.pop(name.value)) for name in _METADATA)
    assert len(quads) == sum(len(triples) for triples in graphs.values())
    derived = {quad.triple for quad in quads if quad.graph_name == ox.NamedNode(DERIVED)}
    assert derived == set(graphs[DERIVED])


def test_two_builds_with_imports_are_the_same_bytes(release: Release, together: Project, tmp_path: Path) -> None:
    """Dumps, notice and manifest do not depend on when or in what order they were made."""
    backwards = replace(together, imports=tuple(reversed(together.imports)))
    again = build(_sorted(backwards), tmp_path)
    for name in (*release.manifest["files"], "manifest.json"):
        assert (release.path / name).read_bytes() == (again.path / name).read_bytes()


def _sorted(project: Project) -> Project:
    return project.with_imports(each.path for each in project.imports)


def test_a_changed_dump_is_not_opened(together: Project, tmp_path: Path) -> None:
    """A byte that changed in the dump of an import is noticed as in every other file."""
    made = build(together, tmp_path)
    path = made.path / "aiid.nq"
    path.write_bytes(path.read_bytes().replace(b"refund", b"refuse", 1))
    with pytest.raises(Exception, match=r"aiid\.nq is not what the manifest says"):
        Release.open(made.path)


def test_a_release_names_its_dumps_in_order(release: Release) -> None:
    """The first is under CC BY, the last is what is derived from all."""
    stated = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))["dumps"]
    assert [MAIN_FILE, "aiid.nq", "atlas.nq", DERIVED_FILE] == stated
