"""Code that can be copied from pages: it runs as it stands, and a hostile value stays one string in each language."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from live import Server
from markup import Markup

from failuregraph.names import BASE
from failuregraph.pages.asking.calls import Call, calls_of_query, calls_of_question

HOSTILE = [
    'it\'s; touch here & echo $(id) `id` "x"',
    "\"); import os; os.system('id') #",
    "`${process.exit(1)}`",
    "\"\"\"\n'''\n```\n",
    "first\n${process.exit(3)} `${1}`\n\\${2} \\`",
    "back\\slash \\n \\u0041 \\",
    "-d @/etc/passwd",
    "tab\tcarriage\rbell\x07 end\x7f",
    "\u202egnp.exe \u2028 \U000e0041 \U0001f600 é",
    "a=b&c=d#e?f%20+",
]
ADDRESS = "https://example.org/questions/x"


def _called(calls: tuple[Call, ...], anchor: str) -> str:
    return next(each.text for each in calls if each.anchor == anchor)


def _both(value: str) -> list[tuple[Call, ...]]:
    return [
        calls_of_question(ADDRESS, {"name": value}, "https://example.org/sparql", value),
        calls_of_query("https://example.org/sparql", value, "table"),
    ]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_shell_reads_the_value_as_one_word(value: str) -> None:
    """The words of the line are those that were meant, and the last is the value."""
    first, second = (shlex.split(_called(calls, "curl").replace("\\\n", " ")) for calls in _both(value))
    assert f"name={value}" == first[-1]
    assert ["--data-urlencode", f"query={value}", "--data-urlencode", "format=csv"] == second[-4:]


@pytest.mark.parametrize("value", HOSTILE)
def test_python_reads_the_value_as_one_string(value: str) -> None:
    """The programs compile, and the value is a constant in each."""
    for calls in _both(value):
        for anchor in ("pandas", "sparqlwrapper"):
            tree = ast.parse(_called(calls, anchor))
            assert value in [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)]


@pytest.mark.parametrize("value", HOSTILE)
def test_javascript_reads_the_value_as_one_string(value: str) -> None:
    """Node finds the value where the program puts its parameters."""
    if not shutil.which("node"):
        pytest.skip("node is not installed: JavaScript cannot be read")
    for calls, name in zip(_both(value), ("name", "query"), strict=True):
        given = re.sub(r"const reply.*", "", _called(calls, "javascript"), flags=re.DOTALL)
        program = f"{given}\nconsole.log(JSON.stringify(address.searchParams.get('{name}')));"
        command = ["node", "--input-type=module", "-"]
        done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
        assert (0, value) == (done.returncode, json.loads(done.stdout or "null")), done.stderr


def test_r_reads_the_values_as_strings(tmp_path: Path) -> None:
    """R, started once for all, writes each value as the code points that it has."""
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not installed: R cannot be read")
    given = [_called(calls, "r").partition("encoded <-")[0] for value in HOSTILE for calls in _both(value)]
    show = "cat(utf8ToInt(enc2utf8(given[[1]])), sep = ' '); cat('\\n')\n"
    (tmp_path / "all.R").write_text("".join(f"{each}\n{show}" for each in given), encoding="utf-8")
    command = ["Rscript", "--encoding=UTF-8", "all.R"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = ["".join(chr(int(code)) for code in line.split()) for line in done.stdout.splitlines()]
    assert [value for value in HOSTILE for _ in range(2)] == found


PROGRAMS = {
    "curl": ("sh", "call.sh"),
    "Python, pandas": (sys.executable, "call.py"),
    "Python, SPARQLWrapper": (sys.executable, "call.py"),
    "R": ("Rscript", "call.R"),
    "JavaScript": ("node", "call.mjs"),
}


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize("path", ["/questions/organisation-profile?organisation=northwind-group", "/sparql"])
def test_a_call_runs_as_it_stands(server: Server, tmp_path: Path, language: str, path: str) -> None:
    """What stands on the page, with the address of the test server, ends well and prints the answer."""
    program, name = PROGRAMS[language]
    if not shutil.which(program) or (program == "sh" and not shutil.which("curl")):
        pytest.skip(f"{program} or curl is not installed: this call cannot be run")
    if path == "/sparql":
        path += "?query=SELECT+%3Fvalue+%7B+VALUES+%3Fvalue+%7B+%22Chatbot%22+%7D+%7D&format=html"
    text = Markup(server.get(path, "text/html").text).one("pre", aria_label=language).text
    here = re.sub(re.escape(BASE) + r"(?=sparql|questions/)", f"{server.url}/", text)
    (tmp_path / name).write_text(here, encoding="utf-8")
    done = subprocess.run([program, name], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (0, True) == (done.returncode, "Chatbot" in done.stdout), done.stdout + done.stderr
