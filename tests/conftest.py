"""What all tests share: the repository, the test corpus, and copies of it that a test may break."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import engines
import pytest
from live import Server, running

from failuregraph.build import build
from failuregraph.ingest.importing import take
from failuregraph.ingest.registries import REGISTRIES
from failuregraph.pages.site import Site
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.settings import Place, Settings

ROOT = Path(__file__).parent.parent
CORPUS = Path(__file__).parent / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that rewrites golden files."""
    parser.addoption("--update", action="store_true", help="rewrite golden files from what was produced")


@pytest.fixture(scope="session")
def repository() -> Project:
    """Return the project of this repository, with the real graph."""
    return Project.at(ROOT)


@pytest.fixture(scope="session")
def corpus() -> Project:
    """Return the ten-incident project, which is read and never written."""
    return Project.at(CORPUS)


#: The registries that are imported beside the ten-incident project, by their files in tests/data/answers.
REGISTRY_FILES = {
    "aiid": "aiid",
    "agent-postmortems": "agent-postmortems.json",
    "atlas": "ATLAS.yaml",
    "ai-incident-law": "ai-incident-law.json",
    "agent-incident-log": "agent-incident-log.json",
}
#: Where these registries lie in the folder that FAILUREGRAPH_DATA names.
REAL_FILES = {
    "aiid": "aiid-snapshot-2026-07",
    "agent-postmortems": "agent-postmortems/export/incidents.json",
    "atlas": "mitre-atlas/ATLAS.yaml",
    "ai-incident-law": "ai-incident-law/data.json",
    "agent-incident-log": "agent-incident-log/incidents.json",
}


def imported(project: Project, home: Path, files: dict[str, str], folder: Path) -> Project:
    """Return a project together with the registries whose files lie below ``home``."""
    for name, file in files.items():
        take(REGISTRIES[name], home / file, project, folder / name)
    return project.with_imports(folder / name for name in files)


@pytest.fixture(scope="session")
def together(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the ten-incident project together with five small registries."""
    return imported(
        corpus, Path(__file__).parent / "data" / "answers", REGISTRY_FILES, tmp_path_factory.mktemp("imports")
    )


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real files, or skip where FAILUREGRAPH_DATA does not name it."""
    folder = os.environ.get("FAILUREGRAPH_DATA")
    if not folder:
        pytest.skip("FAILUREGRAPH_DATA is unset: it names the folder with the files of the registries")
    return Path(folder)


@pytest.fixture(scope="session")
def everything(repository: Project, data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the real graph together with the five registries whose real files are at hand."""
    return imported(repository, data_folder, REAL_FILES, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def oxigraph_server() -> Iterator[engines.Engine]:
    """Return a running Oxigraph server."""
    with engines.oxigraph() as found:
        yield found


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    """Return a running Virtuoso, or skip where it is not installed."""
    if engines.VIRTUOSO is None:
        pytest.skip("virtuoso-t is not installed: apt-get install virtuoso-opensource")
    with engines.virtuoso(tmp_path_factory.mktemp("virtuoso")) as found:
        yield found


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """Return a copy of the ten-incident project that the test may change."""
    return Project.at(shutil.copytree(CORPUS, tmp_path / "project", ignore=shutil.ignore_patterns(".cache")))


@pytest.fixture(scope="session")
def index_file(data_folder: Path) -> Path:
    """Return the index's records.json."""
    return data_folder / "failureindex" / "records.json"


@pytest.fixture(scope="session")
def server(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server on the test corpus."""
    with running(corpus, tmp_path_factory.mktemp("build")) as found:
        yield found


@pytest.fixture(scope="session")
def corpus_service(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return the application of the test corpus, which is asked without a network."""
    return Service(build(corpus, tmp_path_factory.mktemp("corpus")), corpus, Settings(), Place())


@pytest.fixture(scope="session")
def together_service(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return the application of the test corpus with five registries."""
    return Service(build(together, tmp_path_factory.mktemp("together")), together, Settings(), Place())


@pytest.fixture(scope="session")
def real_site(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the site of the real graph."""
    return Site.open(build(repository, tmp_path_factory.mktemp("real")), repository)
