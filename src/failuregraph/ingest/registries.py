"""The table of registries: what each import is called, whose it is, and under which licence it stands.

Adding a registry is one module with a function ``take(run, path)`` and one row here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from failuregraph.names import CC_BY

__all__ = ["CC_BY_SA", "REGISTRIES", "Registry"]

CC_BY_SA: Final = "https://creativecommons.org/licenses/by-sa/4.0/"
APACHE: Final = "https://www.apache.org/licenses/LICENSE-2.0"


@dataclass(frozen=True)
class Registry:
    """A registry: its name on the command line, the module that reads it, and the rights in its data."""

    name: str
    module: str
    reads: str
    title: str
    licence: str
    holder: str
    attribution: str
    example: str
    flags: dict[str, str] = field(default_factory=dict)
    keeps_records: bool = True


REGISTRIES: Final[dict[str, Registry]] = {
    each.name: each
    for each in (
        Registry(
            "aiid",
            "aiid",
            "a snapshot of the AI Incident Database: folder, .tar.bz2 or incidents.csv",
            "AI Incident Database",
            CC_BY_SA,
            "Responsible AI Collaborative",
            "AI Incident Database, Responsible AI Collaborative, CC BY-SA 4.0, https://incidentdatabase.ai/; "
            "cite McGregor (2021), IAAI-21",
            "backup-20260727110451.tar.bz2",
            {
                "drafts": "Import classifications that are not published too, marked as drafts.",
                "people": "Write the names of persons too, and of harmed parties that may be persons.",
            },
        ),
        Registry(
            "agent-postmortems",
            "agent_postmortems",
            "the export of agent-postmortems, or its folder of YAML files",
            "agent-postmortems",
            CC_BY,
            "Swarm Proof",
            "agent-postmortems, Swarm Proof (Maroua Boudoukha), CC BY 4.0",
            "incidents.json",
        ),
        Registry(
            "atlas",
            "atlas",
            "MITRE ATLAS in one YAML file",
            "MITRE ATLAS",
            APACHE,
            "The MITRE Corporation",
            "MITRE ATLAS, Copyright 2021-2025 MITRE, Apache-2.0; MITRE does not endorse this use",
            "ATLAS.yaml",
            {"incidents-only": "Leave out the exercises, which otherwise come in as hazards."},
        ),
        Registry(
            "ai-incident-law",
            "ai_incident_law",
            "data.json of AI Incident Law",
            "AI Incident Law",
            CC_BY,
            "PAICE.work PBC",
            "AI Incident Law, PAICE.work PBC, CC BY 4.0, https://aiincidentlaw.org/",
            "data.json",
        ),
        Registry(
            "agent-incident-log",
            "agent_incident_log",
            "incidents.json of the Agent Incident Log",
            "Agent Incident Log",
            CC_BY,
            "Helio",
            "Helio Agent Incident Log, https://helio.so/incidents, CC BY 4.0",
            "incidents.json",
        ),
        Registry(
            "sssom",
            "sssom",
            "a set of mappings in the TSV form of SSSOM",
            "SSSOM mapping set",
            APACHE,
            "the authors of the mapping set",
            "stated by the mapping set",
            "mappings.sssom.tsv",
            keeps_records=False,
        ),
    )
}
