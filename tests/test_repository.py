"""The repository: locks, sizes, and what must not stand in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_with_hashes_and_names_no_host(lock: Path) -> None:
    """Every requirement has one version and a hash, and no line names a registry."""
    text = lock.read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[a-z])", text.split("# The following")[0].strip())
    assert [] == [each for each in requirements if "--hash=sha256:" not in each or "==" not in each]
    assert not re.search(r"https?:|index-url|find-links|file://", text)


def test_both_locks_agree() -> None:
    """What the program runs with is what it is tested with."""
    run, dev = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)) for lock in LOCKS
    )
    assert {} == {name: version for name, version in run.items() if dev.get(name) != version}


def test_every_dependency_is_locked() -> None:
    """A run-time dependency of pyproject.toml stands in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\[>=<]", each)[0] for each in project["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCKS[0].read_text(encoding="utf-8"), re.MULTILINE))
    assert set() == names - locked


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_and_functions_stay_small(path: Path) -> None:
    """No file has more than 400 lines, no function more than 60."""
    text = path.read_text(encoding="utf-8")
    functions = [
        (node.name, (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert 400 >= text.count("\n")
    assert [] == [each for each in functions if each[1] > 60]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_what_is_public_is_named_and_sorted(path: Path) -> None:
    """``__all__`` is sorted and names what exists; modules without one are packages or the entry point."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    public = {name for name in defined if not name.startswith("_")}
    listed = next((ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and _is_all(n)), None)
    if listed is None:
        assert set() == public
    else:
        assert set() == public - set(listed)


def _is_all(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    """Nobody's home folder or work tree is named, and data hold no blank node."""
    pattern = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/")
    offenders = []
    for path in _tracked():
        if path.is_file() and path.suffix != ".lock" and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            if pattern.search(text):
                offenders.append(str(path.relative_to(ROOT)))
    assert [] == offenders


def test_data_hold_no_blank_node() -> None:
    """Parts are named under their thing."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "data").rglob("*.ttl")}
    assert [] == [path.name for path, text in texts.items() if re.search(r"^\s*\[|\s\[\s|\b_:", text, re.MULTILINE)]


def test_no_sparql_is_built_from_values() -> None:
    """No f-string or format call of the package holds the start of a query."""
    offenders = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
                if re.search(r"\b(SELECT|ASK|CONSTRUCT|WHERE)\b\s*[{(?*]", text):
                    offenders.append(path.name)
    assert [] == offenders


@pytest.mark.slow
def test_an_installed_package_has_the_graph_in_it(tmp_path: Path) -> None:
    """The wheel holds data, ontology and queries, and two wheels of one tree are the same bytes."""
    wheels = []
    for name in ("one", "two"):
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / name)],
            cwd=ROOT,
            check=True,
        )
        wheels += list((tmp_path / name).glob("*.whl"))
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    names = set(zipfile.ZipFile(wheels[0]).namelist())
    for wanted in ("data/incidents/FI-0351.ttl", "ontology/core.ttl", "queries/answers/severity-by-mode.rq"):
        assert f"failuregraph/bundled/{wanted}" in names
    assert "failuregraph/pages/templates/record.html" in names
    assert "failuregraph/py.typed" in names
