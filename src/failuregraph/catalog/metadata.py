"""The file of metadata of a release: what VoID and DCAT say of its dumps and of the store that they make."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.catalog.dcat import dcat
from failuregraph.catalog.saying import DCAT, VOID
from failuregraph.catalog.void import dates, void
from failuregraph.dumps import Dump
from failuregraph.names import CC_BY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["METADATA_FILE", "metadata"]

#: Beside the dumps and none of them: sizes and checksums of the dumps stand in it.
METADATA_FILE: Final = "metadata.nq"


def metadata(
    release: str, dumps: Sequence[Dump], files: Mapping[str, Mapping[str, Any]], stored: Collection[ox.Quad]
) -> Dump:
    """Return the two graphs that describe a release, as a file of their own.

    ``stored`` is what the store holds of the dumps: it rewrites literals, and the counts are those of its answers.
    """
    when = dates(stored)
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in stored:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs[quad.graph_name.value].append(quad.triple)
    graphs[DCAT] = dcat(release, files, dumps[-1].licence, when)
    told = {DCAT: graphs[DCAT], VOID: void(graphs, dumps, when)}
    quads = [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(name)) for name in told for t in told[name]]
    return Dump(METADATA_FILE, CC_BY, (), ("VoID and DCAT: what the release is, counts of what is served",), quads)
