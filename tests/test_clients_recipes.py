"""The recipes of docs/clients.md run as they stand there, and print what stands below them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from live import Server

PAGE = Path(__file__).parent.parent / "docs" / "clients.md"
#: The program that runs a recipe of each language, and the name of the file that holds the recipe.
PROGRAMS = {
    "sh": ("sh", "recipe.sh"),
    "python": (sys.executable, "recipe.py"),
    "js": ("node", "recipe.mjs"),
    "r": ("Rscript", "recipe.R"),
}


class Recipe(NamedTuple):
    """A block of the page, and the block below it with what is printed."""

    language: str
    text: str
    printed: str

    @property
    def label(self) -> str:
        """What the recipe is called in the list of tests."""
        return f"{self.language}: {' '.join(self.text.split())[:60]}"


def _recipes() -> list[Recipe]:
    text = PAGE.read_text(encoding="utf-8")
    return [Recipe(*found) for found in re.findall(r"```(\w+)\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)]


def _matches(shown: str, printed: str) -> bool:
    """Say whether the output is what is shown: a line of dots is any lines, dots in a line are any text."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), printed if printed.endswith("\n") else f"{printed}\n") is not None


def _here(server: Server, text: str) -> str:
    """Return a recipe with the address of the test server, and an incident that it has."""
    return text.replace("http://127.0.0.1:8000", server.url).replace("FI-0351", "FI-9001")


@pytest.mark.parametrize("recipe", _recipes(), ids=lambda recipe: str(recipe.label))
def test_a_recipe_prints_what_it_shows(server: Server, tmp_path: Path, recipe: Recipe) -> None:
    """Each recipe ends without an error, and what it prints is what the page shows."""
    program, name = PROGRAMS[recipe.language]
    if not shutil.which(program) or (recipe.language == "sh" and not shutil.which("curl")):
        pytest.skip(f"{program} or curl is not installed: this recipe cannot be run")
    (tmp_path / name).write_text(_here(server, recipe.text), encoding="utf-8")
    done = subprocess.run([program, name], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert _matches(recipe.printed, done.stdout), done.stdout[:2000]


def test_every_block_of_the_page_is_a_recipe() -> None:
    """No block escapes the test: each has its output below it, and there are recipes of four languages."""
    blocks = Counter(re.findall(r"^```(\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    recipes = Counter(recipe.language for recipe in _recipes())
    assert recipes == blocks - Counter(text=blocks["text"])
    assert set(PROGRAMS) == set(recipes)
