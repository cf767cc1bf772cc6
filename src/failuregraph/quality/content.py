"""Aspects of the content: counts that agree with VoID, labels and definitions, prefixes and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failuregraph.quality import queries
from failuregraph.quality.marks import Aspect

if TYPE_CHECKING:
    from failuregraph.quality.client import Client

__all__ = ["examples", "partitions", "terms"]


def partitions(client: Client) -> Aspect:
    """Compare what VoID counts with what the endpoint counts."""
    aspect = Aspect("partitions")
    classes, properties = client.rows(queries.CLASSES), client.rows(queries.PROPERTIES)
    if not aspect.check(classes, "VoID has no class partitions that can be queried"):
        return aspect
    parts = bool(client.rows(queries.PARTS))
    _agree(aspect, "class", classes or [], client.rows(queries.COUNT_CLASSES[parts]))
    if aspect.check(properties, "VoID has no property partitions that can be queried"):
        _agree(aspect, "property", properties or [], client.rows(queries.COUNT_PROPERTIES[parts]))
    said = client.rows(queries.TRIPLES)
    counted = client.rows(queries.COUNT_TRIPLES[parts])
    aspect.check(said and said == counted, "void:triples is not what COUNT says")
    return aspect


def _agree(aspect: Aspect, kind: str, said: list[dict[str, str]], counted: list[dict[str, str]] | None) -> None:
    if not aspect.check(counted, f"the COUNT by {kind} is not answered") or counted is None:
        return
    real = {row.get("k", ""): row.get("n", "") for row in counted}
    stated = {row["k"]: row["n"] for row in said}
    wrong = sorted(key for key in stated if stated[key] != real.get(key, "0"))
    missing = sorted(set(real) - set(stated) - {""})
    aspect.check(not wrong, f"{len(wrong)} {kind} partitions differ from a COUNT, {_first(wrong)} among them")
    aspect.check(not missing, f"{len(missing)} have no {kind} partition, {_first(missing)} among them")


def _first(names: list[str]) -> str:
    return f"<{names[0]}>" if names else "none"


def terms(client: Client) -> Aspect:
    """Look whether declared classes say what they are called and what they mean."""
    aspect = Aspect("terms")
    if aspect.check(client.rows(queries.DECLARED), "no class is declared"):
        for what, query in queries.LACKING.items():
            bare = client.rows(query)
            names = [row["c"] for row in bare or []]
            aspect.check(bare == [], f"{len(names)} classes have no {what}, {_first(names)} among them")
    return aspect


def examples(client: Client) -> Aspect:
    """Look for prefixes and example queries in the store, and whether the examples run."""
    aspect = Aspect("prefixes and examples")
    prefixes = client.rows(queries.PREFIXES)
    aspect.check(prefixes, "no prefix is declared with sh:declare")
    names = [row["p"] for row in prefixes or []]
    aspect.check(names and len(names) == len(set(names)), "a prefix is declared twice, or none is")
    found = client.rows(queries.EXAMPLES) or []
    aspect.check(found, "no example is there as sh:SPARQLExecutable with a text and a description")
    if found:
        failing = [row["x"] for row in found if client.rows(row["text"]) is None]
        aspect.check(not failing, f"{len(failing)} of {len(found)} examples do not run, {_first(failing)} among them")
    return aspect
