"""Lists of incidents on all pages: editorial notes, orders, dates, scales, shares, and each thing said once."""

from __future__ import annotations

import pytest
from pagetext import read
from rendered import Pages, Parsed, parsed

from failuregraph.build import build
from failuregraph.names import BASE, NAMESPACES
from failuregraph.pages.browsing.browse import _parties
from failuregraph.pages.browsing.facets import Catalogue, Named
from failuregraph.pages.browsing.results import Result
from failuregraph.pages.browsing.selection import Selection
from failuregraph.pages.dates import When
from failuregraph.pages.document import Link
from failuregraph.pages.home import home
from failuregraph.pages.incident.origins import Origin, Origins, SourceLine
from failuregraph.pages.rendering import Templates
from failuregraph.pages.things.concepts import concept_page
from failuregraph.pages.things.organisations import organisation_page
from failuregraph.pages.things.systems import system_page
from failuregraph.pages.things.uses import editorial_notes
from failuregraph.pages.views import document
from failuregraph.project import Project
from failuregraph.search import Index

#: A record of which the editors doubt mode and surface, as a note says.
DOUBTED = "goldman-sachs-apple-card-underwriting-investigated"
SCALE = ["Catastrophic", "High", "Medium", "Low"]


@pytest.fixture(scope="module")
def pages(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return the pages of the real graph."""
    return Pages(build(repository, tmp_path_factory.mktemp("lists")), repository)


def _home(pages: Pages) -> Parsed:
    return parsed(bytes(pages.templates.page("home.html", home(pages.site)).body).decode())


# Editorial notes


def test_notes_stand_just_below_the_facts_of_a_record(pages: Pages) -> None:
    """Whoever reads the values reads the notes next; nothing guesses which value a note is about."""
    template, view = document(pages.site, f"record/{DOUBTED}")
    page = read(bytes(Templates("x").page(template, view).body).decode())
    assert "notes" in page.ids
    text = page.text
    assert text.index("The failure mode that the index gives does not fit the story.") < text.index("Who is named")


def test_a_record_without_notes_has_no_mark(pages: Pages) -> None:
    """Nothing leads to notes that are not there."""
    noted = editorial_notes(pages.site.graphs)
    name = next(each.identifier for iri, each in pages.site.facts.incidents.items() if iri not in noted)
    page = pages.page(f"record/{name}")
    assert "#notes" not in page.links
    assert "notes" not in page.anchors


def test_lists_mark_records_with_notes(pages: Pages) -> None:
    """The list of a mode and the list of all incidents lead to the notes of each record that has some, and no other."""
    noted = {iri.rpartition("/")[2] for iri in editorial_notes(pages.site.graphs)}
    assert DOUBTED in noted
    page = pages.page("mode/hallucination")
    listed = {line.case.identifier for line in concept_page(pages.site, "mode", "hallucination").incidents.lines}
    marked = {link.removeprefix("/record/").partition("#")[0] for link in page.links if link.endswith("#notes")}
    assert listed & noted == marked
    browsed = pages.page("incidents")
    first = {link.removeprefix("/record/") for link in browsed.links if link.startswith("/record/") and "#" not in link}
    marked = {link.removeprefix("/record/").partition("#")[0] for link in browsed.links if link.endswith("#notes")}
    assert first & noted == marked


def test_a_mode_counts_its_records_with_notes(pages: Pages) -> None:
    """The page says of how many, out of how many, and shows the words: it guesses nothing of what they are about."""
    view = concept_page(pages.site, "mode", "hallucination")
    text = pages.page("mode/hallucination").text
    assert 0 < len(view.noted) < view.incidents.total
    assert f"Of these {view.incidents.total} incidents, {len(view.noted)} have an editorial note." in text
    assert "The failure mode that the index gives does not fit the story." in text
    assert () == concept_page(pages.site, "industry", "media").noted


# The search of the header


@pytest.mark.parametrize(
    "path", ["incidents", "doc/organisation/meta", "doc/system/alexa", "doc/publisher/wsj-com", "mode/hallucination"]
)
def test_every_page_has_one_search(pages: Pages, path: str) -> None:
    """The list of incidents has its own; every other page has that of the header."""
    _, _, body = pages.ask("/" + path)
    assert 1 == body.count('role="search"')


def test_the_front_page_has_one_search(pages: Pages) -> None:
    """Its own."""
    body = bytes(pages.templates.page("home.html", home(pages.site)).body).decode()
    assert 1 == body.count('role="search"')


# Orders and dates


def test_a_scale_is_listed_from_its_top(pages: Pages) -> None:
    """Severities stand from Catastrophic to Low, whatever their counts."""
    for path in ("doc/organisation/meta", "doc/organisation/openai", "doc/organisation/google"):
        (tally,) = (each for each in organisation_page(pages.site, path).tallies if each.title == "Severity")
        told = [share.name.text for share in tally.shares]
        assert [each for each in SCALE if each in told] == told, path
    told = [bar.value.text for bar in home(pages.site).counts["severity"] if bar.known]
    assert [each for each in SCALE if each in told] == told


def test_one_order_of_incidents(pages: Pages) -> None:
    """The front page, the list of incidents and the lists of things have the newest first in one and the same order."""
    site = pages.site
    catalogue = Catalogue.read(site)
    result = Result(catalogue, Index(site.release.index_path), Selection())
    dated = [entry.identifier for entry in result.entries if entry.date]
    assert dated == [row[0] for row in site.rows("latest")]
    listed = [case.identifier for case in site.uses.listed(site.uses.cases) if case.date]
    assert dated == listed


def test_dates_are_written_in_words(pages: Pages) -> None:
    """No list shows a date as machines write it."""
    assert "4 June 2026" in _home(pages).text
    for path in ("doc/organisation/meta", "mode/hallucination"):
        lines = concept_page(pages.site, "mode", "hallucination").incidents.lines
        page = pages.page(path)
        assert not any(f" {line.case.date} " in page.text for line in lines if len(line.case.date) > len("2026"))
    assert "10 June 2026" in pages.page("mode/hallucination").text


# Shares


def test_few_incidents_have_no_shares(pages: Pages) -> None:
    """A system with three incidents has counts alone; a mode with dozens has shares."""
    view = system_page(pages.site, "doc/system/alexa")
    assert 2 < view.incidents.total < 20
    _, _, body = pages.ask("/doc/system/alexa")
    few = body[body.index("By severity</caption>") :].partition("</table>")[0]
    assert "Share" not in few
    assert "%" not in few
    assert "which are too few for shares" in body
    _, _, body = pages.ask("/mode/hallucination")
    assert "Share" in body[body.index("By severity</caption>") :].partition("</table>")[0]


def test_a_profile_is_said_to_be_counted_where_it_is(pages: Pages) -> None:
    """The page of a mode does not say that no count has the profile: questions below it have rows of it."""
    text = pages.page("mode/hallucination").text
    assert "no count on this page" not in text
    assert "the row or the heading says “profile”" in text


# Each thing once, and in words


def test_names_of_other_registries_say_whom_they_stand_for(pages: Pages) -> None:
    """A name that a registry prints for two organisations is no other name of either."""
    text = pages.page("doc/organisation/openai").text
    assert "Filed under" not in text
    assert "Named in other registries as “OpenAI and Hugging Face” (together with Hugging Face )" in text
    (filed,) = organisation_page(pages.site, "doc/organisation/openai").filed
    assert (Link("Hugging Face", "/organisation/hugging-face"),) == filed.others


@pytest.mark.parametrize(
    ("path", "column"), [("mode/hallucination", "Failure mode"), ("surface/chatbot", "AI surface")]
)
def test_a_list_does_not_repeat_what_the_page_is_about(pages: Pages, path: str, column: str) -> None:
    """The page of a mode has no column that says the mode in each row."""
    _, _, body = pages.ask("/" + path)
    table = body[body.index('<h2 id="incidents">') :].partition("</table>")[0]
    assert f'<th scope="col">{column}</th>' not in table
    assert '<th scope="col">Severity</th>' in table


def test_a_question_without_rows_is_named_once(pages: Pages) -> None:
    """It stands under those without a row, and not again under those to be asked."""
    for path in ("doc/system/alexa", "doc/organisation/meta"):
        asked = (system_page if "system" in path else organisation_page)(pages.site, path).asked
        names = {f"/questions/{each.name}" for each in asked.empty}
        assert not names & {link.href.partition("?")[0] for link in asked.more}


def _named(name: str, role: str, claim: str) -> Named:
    return Named(Link(name, f"/organisation/{name}"), BASE + f"organisation/{name}", role, claim)


def test_what_is_said_of_all_organisations_is_said_once() -> None:
    """Five alleged names without a role end with one remark; an organisation with two roles stands once."""
    parties, footing = _parties([_named("A", "", "Alleged"), _named("B", "", "Alleged")])
    assert [("A", ""), ("B", "")] == [(each.organisation.text, each.told) for each in parties]
    assert "all: role not stated, alleged" == footing
    parties, footing = _parties([_named("A", "Developer", "Confirmed"), _named("A", "Provider", "Confirmed")])
    assert [("A", "developer and provider, confirmed")] == [(each.organisation.text, each.told) for each in parties]
    assert "" == footing
    parties, footing = _parties([_named("A", "Developer", "Alleged"), _named("B", "Provider", "Confirmed")])
    assert ["developer, alleged", "provider, confirmed"] == [each.told for each in parties]
    assert "" == footing


def _source(number: int) -> SourceLine:
    return SourceLine("", number, None, "", None, "", None, When(), "", archived=False, notes=())


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([(1, ""), (1, "")], "2 independent sources."),
        ([(1, ""), (1, "a registry, x")], "1 independent source (of 2; the other is a registry)."),
        ([(1, "publisher not known, so")], "No independent source (of 1; the other is not counted)."),
        ([(3, "")], "1 independent source (of 3; 2 repeat the origin of another)."),
        (
            [(2, ""), (2, "a registry, x")],
            "1 independent source (of 4; 1 repeats the origin of another and 2 are not counted).",
        ),
    ],
)
def test_sources_are_counted_in_one_sentence(groups: list[tuple[int, str]], told: str) -> None:
    """How many are independent, of how many, and what the others are."""
    made = tuple(Origin(tuple(_source(1) for _ in range(size)), (), reason) for size, reason in groups)
    assert told == Origins(made, "").sentence


def test_registries_of_the_front_page_lead_to_their_pages(pages: Pages) -> None:
    """A name, not the licence, is what a reader follows."""
    registry = NAMESPACES["registry"].removeprefix(BASE)
    assert {f"/{registry}ai-failure-index", f"/{registry}failure-graph"} <= set(_home(pages).links)


def test_nothing_here_is_said_as_a_page(pages: Pages) -> None:
    """The heading of a page that is not there says so; the sentence stands below it."""
    status, _, body = pages.ask("/record/FI-9999x")
    assert 404 == status
    assert "Page not found" == parsed(body).headings[0][1]
    assert "Nothing has this address" in body
