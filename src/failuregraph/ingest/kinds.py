"""What parties are: a reviewed table in ``data/links/``, and words that can stand for no person.

The table wins.  A name that neither knows stays undecided: it is not typed as anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rdflib import URIRef

from failuregraph.names import FG, NAMESPACES
from failuregraph.turtle import read

if TYPE_CHECKING:
    from failuregraph.project import Project

__all__ = ["kind_of", "party_kinds"]

#: Words that name many people; a name that ends in one, or goes on after it, is a group (decision 0014).
_GROUPS: Final = """
academics activists actors adolescents adults applicants artists audiences authors blackmailers boys brouteurs
bystanders candidates celebrities children citizens clients colleagues communities consumers contractors creators
criminals customers cybercriminals cyclists defendants deployers developers doctors drivers educators employees
employers engineers experts extortionists families fans females firefighters followers fraudsters gamers girls hackers
homeowners immigrants individuals influencers investors journalists lawyers listeners males men migrants minorities
minors motorists musicians nurses officers operators parents participants passengers patients pedestrians people
performers perpetrators phishers players podcasters politicians prisoners professionals professors promoters
propagandists protesters public publics readers recipients refugees researchers residents respondents scammers
scientists sellers sextortionists shoppers spammers spreaders stakeholders streamers students subjects subscribers
suspects targets taxpayers teachers teenagers teens tenants travelers users veterans victims viewers voters women
workers writers youth
""".split()  # noqa: SIM905 - a list to be read as one
_GROUP = re.compile(rf"(?:.*-)?(?:{'|'.join(_GROUPS)})(?:-(?:in|of|with|who|at|from|using|seeking|on|targeted)-.*)?")
_PUBLIC = re.compile(r"general-public(?:-.*)?|(?:people|victims|users|targets|members|residents|clients)-.*")
_GOOD = re.compile(r"(?:[a-z]+-){1,2}integrity|privacy|public-trust|democracy|free-speech")
_TECHNOLOGY = re.compile(
    r".*(?:generation|deepfake|recognition|cloning|detection)-technology|.*-(?:algorithms?|chatbots?)"
)
_UNKNOWN = re.compile(r"unknown|unnamed|anonymous|none|n/?a|unknown-(?:actors?|parties|entity|entities)")


def party_kinds(project: Project) -> dict[str, str]:
    """Return the page of a party → the local name of its kind, as the reviewed links of a project say."""
    kinds: dict[str, str] = {}
    for path in sorted((project.data / "links").glob("*.ttl")):
        for page, kind in read(path).subject_objects(URIRef(FG + "partyKind")):
            kinds[str(page)] = str(kind).removeprefix(NAMESPACES["partykind"])
    return kinds


def kind_of(slug: str, page: str, table: dict[str, str]) -> str:
    """Return the kind of a party by the table, else by its words, else nothing.

    >>> kind_of("general-public-of-malta", "", {}), kind_of("epistemic-integrity", "", {}), kind_of("acme", "", {})
    ('group', 'abstraction', '')
    """
    if page in table:
        return table[page]
    if _UNKNOWN.fullmatch(slug):
        return "unknown"
    if _PUBLIC.fullmatch(slug) or _GROUP.fullmatch(slug):
        return "group"
    if _GOOD.fullmatch(slug):
        return "abstraction"
    return "technology" if _TECHNOLOGY.fullmatch(slug) else ""
