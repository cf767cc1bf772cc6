"""Which stored questions have rows about a concept, by its scheme: the question, and the columns that may hold it."""

from __future__ import annotations

from typing import Final

__all__ = ["QUESTIONS"]

#: Scheme → questions with the columns in which they name its concepts.
QUESTIONS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "mode": (
        ("severity-by-mode", ("mode",)),
        ("modes-by-surface", ("mode",)),
        ("growing-modes", ("mode",)),
        ("time-to-disclosure-by-mode", ("mode",)),
        ("failures-without-adversary", ("mode",)),
        ("control-gap-only-from-profile", ("mode",)),
        ("profile-contradicts-surface", ("mode",)),
        ("chained-modes", ("first", "second")),
        ("empty-cells", ("mode",)),
        ("vendor-claims-by-mode", ("mode",)),
        ("modes-against-other-taxonomies", ("mode",)),
    ),
    "surface": (
        ("severity-distribution", ("surface",)),
        ("wing-and-surface-rollups", ("surface", "wing")),
        ("modes-by-surface", ("surface", "wing")),
        ("control-gaps-by-surface", ("surface", "wing")),
        ("profile-contradicts-surface", ("surface", "wing")),
        ("empty-cells", ("surface",)),
        ("surfaces-without-observed-path", ("surface", "wing")),
    ),
    "severity": (
        ("severity-by-mode", ("severity",)),
        ("headline-counts", ("severity",)),
        ("incident-concentration", ("severity",)),
        ("severity-on-one-source-type", ("severity",)),
        ("exposure-severity-disagreement", ("severity",)),
        ("two-source-rule", ("severity",)),
        ("severity-across-registries", ("our_severity",)),
    ),
    "step": (
        ("step-transitions", ("step", "step_before")),
        ("control-gap-recurrence", ("gap",)),
        ("control-gaps-by-surface", ("gap",)),
        ("control-leverage", ("gap",)),
        ("control-gaps-across-registries", ("gap",)),
        ("control-claimed-then-failed", ("gap",)),
        ("same-step-different-consequence", ("step", "consequence")),
        ("same-consequence-different-trigger", ("consequence", "trigger")),
        ("shared-sub-paths", ("first", "second", "third")),
        ("rollup-hides", ("narrower", "rolled_up")),
        ("near-duplicate-concepts", ("concept", "other")),
        ("rarest-concepts", ("concept",)),
    ),
    "stage": (
        ("observed-steps-across-registries", ("stage",)),
        ("same-step-different-consequence", ("stage",)),
    ),
    "industry": (
        ("class-wide-harm-by-sector", ("industry",)),
        ("rarest-concepts", ("concept",)),
    ),
    "place": (
        ("places-of-harm", ("place",)),
        ("harm-without-enforcement", ("place",)),
    ),
    "role": (("parties-by-kind", ("role",)),),
    "party-kind": (("parties-by-kind", ("kind",)),),
    "publisher-kind": (("publishers-across-registries", ("kind",)),),
    "confidence": (("confidence-compared", ("printed", "computed")),),
    "customer-impact": (("severity-and-visibility", ("value",)),),
    "public-visibility": (("severity-and-visibility", ("value",)),),
    "regulatory-exposure": (("exposure-severity-disagreement", ("exposure",)),),
    "financial-impact": (("financial-figures", ("financial_impact",)),),
    "time-to-disclosure": (
        ("time-to-disclosure-by-mode", ("band",)),
        ("disclosure-lag-against-band", ("band",)),
    ),
    "link-status": (("dead-source-links", ("status",)),),
}
