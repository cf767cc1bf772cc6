"""Citations: each format is read back by the strict rules of that format, hostile text included."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace

import pytest
from pagetext import read

from failuregraph.catalog.saying import DATASET, VOID
from failuregraph.names import BASE
from failuregraph.pages.citations import FORMATS, Citation, of_answer, of_record, of_release
from failuregraph.pages.dates import when
from failuregraph.pages.document import Document
from failuregraph.pages.incident.record import record_page
from failuregraph.pages.site import Site
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask

HOSTILE = (
    "A {brace, a } more, \\input{x} 50% of $5 & #1_2^3~ \"q\" 'a' @misc{k,\n title={x}}\r\nER  - \n"
    "TY  - BOOK\u2028é 株 </script>"
)
#: The variables and types of CSL 1.0.2 that a citation uses (csl-data.json of the CSL schema).
CSL_NAMES = {"id", "type", "title", "author", "container-title", "publisher", "issued", "number", "version", "URL"}
CSL_NAMES |= {"language"}
CSL_TYPES = {"dataset", "entry"}
RIS_TAGS = {"TY", "TI", "AU", "T2", "PB", "PY", "DA", "ET", "M1", "LA", "UR", "ID", "ER"}
#: What BibTeX prints for the signs that it would take for its own.
PRINTED = {
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    **{f"\\{sign}": sign for sign in "$&#%_"},
}
ESCAPES = re.compile("|".join(re.escape(each) for each in PRINTED))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bibtex(text: str) -> dict[str, str]:
    """Return the fields of the one entry of a file, as BibTeX reads it: braces count, even after a backslash."""
    head = re.match(r"@misc\{([A-Za-z0-9-]+),\n", text)
    assert head is not None
    fields, rest = {"key": head[1]}, text[head.end() :]
    while not rest.startswith("}"):
        name = re.match(r"  ([a-z]+) = \{", rest)
        assert name is not None, rest
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        fields[name[1]] = _printed(rest[name.end() : end - 1], verbatim=name[1] == "url")
        assert rest[end : end + 2] == ",\n"
        rest = rest[end + 2 :]
    assert "}\n" == rest
    return fields


def _printed(value: str, *, verbatim: bool) -> str:
    """Return what TeX prints of a value, which must have no sign left that TeX would obey."""
    if verbatim:
        return value
    assert not re.search(r"[\\{}$&#%_^~]", ESCAPES.sub("", value).removeprefix("{").removesuffix("}"))
    inner = value[1:-1] if value.startswith("{") and value.endswith("}") else value
    return ESCAPES.sub(lambda found: PRINTED[found[0]], inner)


def _ris(text: str) -> dict[str, str]:
    """Return the fields of the one record of a file: a tag, two spaces, a hyphen and a space begin each line."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    pairs = [(line[:2], line[6:]) for line in lines if re.match(r"[A-Z][A-Z0-9]  - ", line)]
    assert len(lines) == len(pairs) == len({tag for tag, _ in pairs})
    assert ("TY", "ER") == (pairs[0][0], pairs[-1][0])
    assert set(dict(pairs)) <= RIS_TAGS
    return dict(pairs)


def _csl(text: str) -> dict[str, object]:
    """Return the one item of a file, whose names and type are those of CSL."""
    (item,) = json.loads(text)
    assert set(item) <= CSL_NAMES
    assert item["type"] in CSL_TYPES
    assert isinstance(item, dict)
    return item


def _read_back(citation: Citation) -> None:
    """Every format gives back the title, who keeps it, the date, the version and the address."""
    title, author = _one_line(citation.title), _one_line(citation.author)
    entry, record, item = _bibtex(citation.bibtex), _ris(citation.ris), _csl(citation.csl)
    assert {title} == {entry["title"], record["TI"], item["title"]}
    assert {author} == {entry["author"], record["AU"]}
    assert [{"literal": author}] == item["author"]
    assert {citation.url} == {entry["url"], record["UR"], item["URL"]}
    assert {citation.version} == {entry["version"], record["ET"], item["version"]}
    assert citation.issued == record["DA"].replace("/", "-")
    assert {"date-parts": [[int(each) for each in citation.issued.split("-")]]} == item["issued"]
    assert (str(int(citation.issued[:4])), str(int(citation.issued[5:7]))) == (entry["year"], entry["month"])
    assert {citation.key} == {entry["key"], record["ID"], item["id"]}
    for part in (title, citation.version, citation.url):
        assert part in citation.text


@pytest.mark.parametrize("title", [HOSTILE, "Plain", "{", "}", "\\", "a\\", "%", "ER  - ", "株式会社"])
def test_a_hostile_title_is_read_back_as_it_stands(corpus_service: Service, title: str) -> None:
    """Braces, commands, comments and line ends of a title are text in every format."""
    _read_back(of_record(corpus_service.site, "FI-9001", title, title))


def test_every_real_record_is_read_back(real_site: Site) -> None:
    """The titles and registries of the real graph too."""
    incidents = list(real_site.facts.incidents.values())
    assert 100 < len(incidents)
    for each in incidents:
        _read_back(of_record(real_site, each.identifier, each.title, "AI Failure Index"))


def test_a_record_is_cited_with_registry_date_and_release(corpus_service: Service) -> None:
    """The text names the registry, the identifier, the release, the date of the data and the permanent address."""
    site = corpus_service.site
    modified = Document(site.graphs[VOID], site.labels).text(DATASET, "dcterms:modified")
    release, issued = site.release.identifier, when(modified).text
    assert issued.endswith(" 2026")
    assert (
        f"AI Failure Index. “Contoso triage scores” (FI-9005). Failure Graph, release {release}, {issued}. "
        f"{BASE}record/FI-9005"
    ) == of_record(site, "FI-9005", "Contoso triage scores", "AI Failure Index").text


def test_an_answer_is_cited_with_its_parameters(corpus_service: Service) -> None:
    """Other parameters are another thing to cite: other address, title and key."""
    site, question = corpus_service.site, corpus_service.site.questions["organisation-profile"]
    one, other = (of_answer(site, question, {"organisation": name}) for name in ("contoso-health", "fabrikam-bank"))
    _read_back(one)
    assert f"{BASE}questions/organisation-profile?organisation=contoso-health" == one.url
    assert question.said("title") + " (organisation contoso-health)" == one.title
    assert 3 == len({one.key, other.key, of_answer(site, question, {}).key})
    assert f"{BASE}questions/organisation-profile" == of_answer(site, question, {}).url


def test_a_parameter_of_an_answer_is_text(corpus_service: Service) -> None:
    """What a reader types stands escaped in address, key and title."""
    question = corpus_service.site.questions["organisation-profile"]
    _read_back(of_answer(corpus_service.site, question, {"organisation": HOSTILE}))


def test_a_release_is_cited_as_a_data_set(corpus_service: Service) -> None:
    """It is held by nothing else."""
    citation = of_release(corpus_service.site)
    _read_back(citation)
    assert "dataset" == _csl(citation.csl)["type"]
    assert "container-title" not in _csl(citation.csl)
    assert "T2" not in _ris(citation.ris)
    assert f". Release {corpus_service.site.release.identifier}, " in citation.text


def test_a_date_that_is_not_known_is_left_out(corpus_service: Service) -> None:
    """No format invents one."""
    citation = replace(of_release(corpus_service.site), issued="")
    assert not {"year", "month"} & set(_bibtex(citation.bibtex))
    assert not {"PY", "DA"} & set(_ris(citation.ris))
    assert "issued" not in _csl(citation.csl)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_a_citation_comes_as_a_file(corpus_service: Service, form: object) -> None:
    """The file has the media type of its format and is what stands on the page."""
    assert form in FORMATS
    suffix, media = next((each.suffix, each.media_type) for each in FORMATS if each == form)
    reply = asyncio.run(ask(corpus_service, f"/record/FI-9003.{suffix}", "*/*"))
    assert (200, media) == (reply.status, reply.media_type)
    assert f'attachment; filename="FI-9003.{suffix}"' == reply.headers["content-disposition"]
    page = read(asyncio.run(ask(corpus_service, "/record/FI-9003")).text)
    assert reply.text.replace("\r\n", "\n") in [each.replace("\r\n", "\n") for each in page.code]
    assert f"/record/FI-9003.{suffix}" in page.links
    assert 404 == asyncio.run(ask(corpus_service, f"/record/FI-0000.{suffix}", "*/*")).status


def test_the_citation_that_a_registry_asks_for_stands_too(corpus_service: Service) -> None:
    """Its own words are kept apart from ours."""
    text = asyncio.run(ask(corpus_service, "/record/FI-9005")).text
    assert "The registry asks to be cited so:" in text
    assert "(indexed Jun 5, 2026)." in text


def test_a_record_without_a_title_is_cited_by_its_identifier(real_site: Site) -> None:
    """That a title is not known is no title."""
    untitled = "cursor-ai-agent-deleted-startup-production"
    assert f"Record {untitled}" == record_page(real_site, untitled).citation.title
    assert record_page(real_site, "FI-0351").label == record_page(real_site, "FI-0351").citation.title
