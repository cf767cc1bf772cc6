"""Layers: a module imports only what stands before it, and importing the package is free."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from failuregraph.project import Project

PACKAGE = Path(__file__).parent.parent / "src" / "failuregraph"
ORDER = ["errors", "names", "project", "turtle", "store", "remote", "query", "validate", "derive", "link"]
ORDER += [
    "bank",
    "dumps",
    "tables",
    "forms",
    "answer",
    "catalog",
    "search",
    "history",
    "build",
    "quality",
    "pages",
    "serve",
    "cli",
]
INGEST = {"errors", "names", "project", "turtle"}
HEAVY = ("rdflib", "pyoxigraph", "pyshacl", "SPARQLWrapper", "jinja2", "starlette", "rich")


def _layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Return the layers that a file imports, for types alone too; the root stands for the package itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "failuregraph":
                names = [f"failuregraph.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("failuregraph.")}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    """The order of the design holds for every file; ingest uses the first four layers alone."""
    layer = _layer(path)
    if layer in ("__init__", "__main__"):
        return
    allowed = INGEST | {"ingest"} if layer == "ingest" else set(ORDER[: ORDER.index(layer) + 1])
    if layer == "cli":
        allowed |= {"ingest"}
    assert set() == _imports(path) - allowed - {"__version__"}


def test_every_layer_is_in_the_order() -> None:
    """No module stands outside the order."""
    layers = {_layer(path) for path in PACKAGE.rglob("*.py")}
    assert set() == layers - set(ORDER) - {"ingest", "__init__", "__main__"}


@pytest.mark.parametrize("statement", ["import failuregraph", "import failuregraph.cli", "import failuregraph.names"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    """Neither the package nor its command line loads an RDF library, a template engine or a server."""
    code = f"{statement}; import sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert (
        "[]" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    )


def test_help_loads_nothing_heavy() -> None:
    """``--help`` comes back without any of the heavy libraries."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "failuregraph", "--help"], capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert set() == loaded & set(HEAVY)


def test_a_second_check_loads_no_rdf(copy: Project) -> None:
    """With nothing changed the kept report is read back without rdflib, pyoxigraph or pySHACL."""
    root = str(copy.root)
    command = [sys.executable, "-X", "importtime", "-m", "failuregraph", "--project", root, "check"]
    subprocess.run(command, capture_output=True, check=True)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert set() == loaded & {"rdflib", "pyoxigraph", "pyshacl"}


@pytest.mark.alone
@pytest.mark.slow
def test_help_takes_at_most_twice_the_time_of_importing_click() -> None:
    """Medians of eleven runs in turn, so that a busy machine slows both."""
    commands = ([sys.executable, "-c", "import click"], [sys.executable, "-m", "failuregraph", "--help"])
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(11):
        for command, taken in zip(commands, times, strict=True):
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            taken.append(time.perf_counter() - started)
    click, help_ = (statistics.median(each) for each in times)
    assert help_ <= 2 * click
