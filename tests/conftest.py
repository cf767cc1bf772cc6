"""What all tests share: the repository, the test corpus, and copies of it that a test may break."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Server, running

from failuregraph.project import Project

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


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """Return a copy of the ten-incident project that the test may change."""
    return Project.at(shutil.copytree(CORPUS, tmp_path / "project", ignore=shutil.ignore_patterns(".cache")))


@pytest.fixture(scope="session")
def index_file() -> Path:
    """Return the index's records.json, or skip where FAILUREGRAPH_DATA does not name its folder."""
    folder = os.environ.get("FAILUREGRAPH_DATA")
    if not folder:
        pytest.skip("FAILUREGRAPH_DATA is unset: it names the folder with failureindex/records.json")
    return Path(folder) / "failureindex" / "records.json"


@pytest.fixture(scope="session")
def server(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server on the test corpus."""
    with running(corpus, tmp_path_factory.mktemp("build")) as found:
        yield found
