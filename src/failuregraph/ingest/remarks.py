"""The editorial notes of a record: one sentence for each mark that a reviewer has set on a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.ingest.rows import Row

__all__ = ["remarks"]

_FLAGS: Final = {
    "surface-questionable": "The AI surface that the index gives is doubtful for this story.",
    "surface-mismatch": "The AI surface that the index gives does not fit the story.",
    "mode-questionable": "The failure mode that the index gives is doubtful for this story.",
    "mode-mismatch": "The failure mode that the index gives does not fit the story.",
    "default-mode-profile-misfit": "The profile of the failure mode does not fit the story.",
    "default-date": "The date is that of 1 January and may stand for the year.",
    "event-date-is-ruling-date": "The date is that of a ruling, not of the event.",
    "regulatory-none-despite-legal-action": "The index says None for regulatory exposure although a suit, an order "
    "or a complaint is on record.",
    "regulatory-none-questionable": "The index says None for regulatory exposure, which is doubtful.",
    "financial-disclosed-without-cost-line": "The index says Disclosed for financial impact and gives no figure.",
    "what-truncated-at-period": "The index's one-line statement of the case stops at its first full stop.",
    "slug-differs-from-title": "The title was changed after the address was made.",
    "who-missing": "The index names nobody; the organisation was read from the title.",
    "who-odd": "The index's words for who was involved join a place and an organisation.",
    "who-formatting": "The index's words for who was involved hold stray marks.",
    "who-is-venue-not-deployer": "The index names the state whose court decided, not who used the system.",
    "who-not-an-organisation": "The index names people, not an organisation.",
    "who-wrong": "The index's words for who was involved misspell or misname the firm.",
    "registry-as-source": "One of the listed sources is another registry, which is no independent evidence.",
    "registry-as-primary-source": "The index calls another registry a primary source, which it is not.",
    "encyclopedia-as-source": "One of the listed sources is an encyclopedia, which is no independent evidence.",
    "source-type-questionable": "The type that the index gives to a source does not fit it.",
    "study-as-incident": "A study stands here as an incident.",
}
_NAMES: Final = {
    "public_visibility": "public visibility",
    "regulatory_exposure": "regulatory exposure",
    "customer_impact": "customer impact",
    "financial_impact": "financial impact",
    "time_to_disclosure": "time to disclosure",
}


def remarks(row: Row) -> Iterator[str]:
    """Yield the notes of a row; a mark that is not known is told in its own words."""
    precision = row.text("date_precision_suspect")
    for flag in row.items("quality_flags"):
        if not (flag == "default-date" and precision):
            yield _FLAGS.get(flag, f"A reviewer marked the index's entry: {flag.replace('-', ' ')}.")
    if precision:
        yield f"The index prints {row.text('incident_date')}; the day is taken to stand for the {precision}."
    for name in row.raw.get("impact_partial") or {}:
        yield f"The index's value for {_NAMES.get(name, name)} was not seen whole and is left out."
