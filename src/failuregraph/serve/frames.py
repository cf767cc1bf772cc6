"""What the front process and a worker say to each other: whole messages over a socket, lengths first."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

__all__ = ["HEAD", "Result", "pack_request", "pack_result", "read_request", "unpack_result"]

_CHUNK: Final = 256 * 1024
#: Length of what follows.
_LENGTH: Final = struct.Struct(">I")
#: Status, seconds of the processor, lengths of form, message and body.
HEAD: Final = struct.Struct(">HdIII")


@dataclass(frozen=True)
class Result:
    """What came of a query: an HTTP status, the form of the answer as ``kind:format``, and the whole body."""

    status: int
    form: str = ""
    message: str = ""
    body: bytes = b""
    seconds: float = 0.0


def pack_request(request: Mapping[str, Any]) -> bytes:
    """Return a request as one frame."""
    data = json.dumps(request).encode()
    return _LENGTH.pack(len(data)) + data


def read_request(channel: socket.socket) -> dict[str, Any] | None:
    """Return the next request, or None where the other side is gone; one is sent after the other was answered."""
    data = channel.recv(_CHUNK)
    while data and (len(data) < _LENGTH.size or len(data) < _LENGTH.size + _LENGTH.unpack_from(data)[0]):
        more = channel.recv(_CHUNK)
        if not more:
            return None
        data += more
    return dict(json.loads(data[_LENGTH.size :])) if data else None


def pack_result(result: Result) -> bytes:
    """Return a result as one frame."""
    form, message = result.form.encode(), result.message.encode("utf-8", "replace")
    head = HEAD.pack(result.status, result.seconds, len(form), len(message), len(result.body))
    return b"".join((head, form, message, result.body))


def unpack_result(data: bytes | bytearray) -> Result | None:
    """Return the result that the bytes hold, or None while a part of it is missing."""
    if len(data) < HEAD.size:
        return None
    status, seconds, form, message, body = HEAD.unpack_from(data)
    start = HEAD.size
    if len(data) < start + form + message + body:
        return None
    middle, last = start + form, start + form + message
    return Result(
        status,
        data[start:middle].decode(),
        data[middle:last].decode(),
        bytes(data[last : last + body]),
        seconds,
    )
