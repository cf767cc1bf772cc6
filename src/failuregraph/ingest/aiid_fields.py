"""The taxonomies of AIID: which columns are read, the scheme of each, and the values where the list is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["TAXONOMIES", "Field", "Taxonomy"]


@dataclass(frozen=True)
class Field:
    """A column of a taxonomy: the scheme of its values, and the values where the list is closed."""

    column: str
    scheme: str
    values: tuple[str, ...] = ()
    open_list: bool = False
    potential: bool = False
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Taxonomy:
    """A taxonomy: its title, who classifies by it, and the columns that are read."""

    title: str
    annotator: str
    fields: tuple[Field, ...]


_YES_NO: Final = ("yes", "no", "maybe")
# The sections of ISIC and the sectors of critical infrastructure, as CSET lists them.
_SECTORS: Final = (
    "agriculture, forestry and fishing",
    "mining and quarrying",
    "manufacturing",
    "electricity, gas, steam and air conditioning supply",
    "water supply",
    "construction",
    "wholesale and retail trade",
    "transportation and storage",
    "accommodation and food service activities",
    "information and communication",
    "financial and insurance activities",
    "real estate activities",
    "professional, scientific and technical activities",
    "administrative and support service activities",
    "public administration",
    "defense",
    "law enforcement",
    "education",
    "human health and social work activities",
    "arts, entertainment and recreation",
    "other service activities",
    "activities of households as employers",
    "activities of extraterritorial organizations and bodies",
    "other",
    "unclear",
)
_INFRASTRUCTURE: Final = (
    "chemical",
    "commercial facilities",
    "communications",
    "critical manufacturing",
    "dams",
    "defense-industrial base",
    "emergency services",
    "energy",
    "financial services",
    "food and agriculture",
    "government facilities",
    "healthcare and public health",
    "information technology",
    "nuclear",
    "transportation",
    "water and wastewater",
    "other",
    "unclear",
)
_BASES: Final = (
    "none",
    "age",
    "disability",
    "familial status (e.g., having or not having children) or pregnancy",
    "financial means",
    "genetic information",
    "geography",
    "ideology",
    "nation of origin, citizenship, immigrant status",
    "race",
    "religion",
    "sex",
    "sexual orientation or gender identity",
    "veteran status",
    "unclear",
    "other",
)
_HARM_LEVELS: Final = (
    "AI tangible harm event",
    "AI tangible harm near-miss",
    "AI tangible harm issue",
    "none",
    "unclear",
)
_DOMAINS: Final = frozenset("1234567")
#: Domain → how many subdomains it has.
_SUBDOMAINS: Final = frozenset(
    f"{domain}.{place}" for domain, count in enumerate((3, 2, 2, 3, 2, 6, 6), 1) for place in range(1, count + 1)
)
_SEVERITIES: Final = ("Negligible", "Minor", "Moderate", "Severe", "Critical", "Unclear/unknown")

TAXONOMIES: Final[dict[str, Taxonomy]] = {
    "CSETv0": Taxonomy(
        "CSETv0",
        "human",
        (
            Field("Severity", "aiid-csetv0-severity", _SEVERITIES),
            Field("Problem Nature", "aiid-csetv0-problem-nature", open_list=True),
            Field("Near Miss", "aiid-csetv0-near-miss", open_list=True),
            Field("Intent", "aiid-csetv0-intent", open_list=True),
        ),
    ),
    "CSETv1": Taxonomy(
        "CSETv1",
        "human",
        (
            Field("AI Harm Level", "aiid-csetv1-ai-harm-level", _HARM_LEVELS),
            Field("Rights Violation", "aiid-csetv1-rights-violation", _YES_NO),
            Field("Public Sector Deployment", "aiid-csetv1-public-sector", _YES_NO),
            Field("Autonomy Level", "aiid-csetv1-autonomy", ("Autonomy1", "Autonomy2", "Autonomy3", "unclear")),
            Field("Harm Distribution Basis", "aiid-csetv1-harm-basis", _BASES),
            Field("Sector of Deployment", "aiid-csetv1-sector", _SECTORS),
            Field("Infrastructure Sectors", "aiid-csetv1-infrastructure", _INFRASTRUCTURE),
        ),
    ),
    "GMF": Taxonomy(
        "GMF",
        "human",
        tuple(
            Field(f"{claim} {what}", scheme, open_list=True, potential=claim == "Potential")
            for claim in ("Known", "Potential")
            for what, scheme in (
                ("AI Goal", "aiid-gmf-ai-goal"),
                ("AI Technology", "aiid-gmf-ai-technology"),
                ("AI Technical Failure", "aiid-gmf-ai-technical-failure"),
            )
        ),
    ),
    "MIT": Taxonomy(
        "MIT",
        "machine",
        (
            Field("Risk Domain", "mit-ai-risk-domain", codes=_DOMAINS),
            Field("Risk Subdomain", "mit-ai-risk-subdomain", codes=_SUBDOMAINS),
            Field("Entity", "mit-ai-risk-entity", ("Human", "AI", "Other")),
            Field("Timing", "mit-ai-risk-timing", ("Pre-deployment", "Post-deployment", "Other")),
            Field("Intent", "mit-ai-risk-intent", ("Intentional", "Unintentional", "Other")),
        ),
    ),
}
