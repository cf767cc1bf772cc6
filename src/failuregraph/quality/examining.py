"""The whole examination of an endpoint, aspect by aspect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failuregraph.quality import content, descriptions, protocol
from failuregraph.quality.client import Client

if TYPE_CHECKING:
    from failuregraph.quality.marks import Aspect

__all__ = ["examine"]


def examine(endpoint: str, silence: float = 30.0) -> list[Aspect]:
    """Return the marks of the endpoint at an address.

    Raises WrongUse for what is no address and RemoteFailed for an endpoint that does not answer ``ASK {}``.
    """
    client = Client(endpoint, silence)
    client.must_live()
    said = descriptions.described(client)
    return [
        protocol.requests(client),
        protocol.formats(client),
        protocol.cors(client),
        protocol.caching(client),
        protocol.updates(client),
        descriptions.service(client, said),
        descriptions.void(client, said),
        content.partitions(client),
        descriptions.dates(client),
        descriptions.licences(client, said),
        descriptions.catalogue(client),
        content.terms(client),
        content.examples(client),
    ]
