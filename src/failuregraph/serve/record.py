"""What is kept of a request: one line of JSON, and counts for Prometheus.

The text of a query is not logged, only its hash; an address is cut to its /24 or /48.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Log", "Metrics", "Seen", "shortened"]

#: Upper bounds of the histogram of times, in seconds.
_BOUNDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
_LONGEST: Final = 512


def shortened(address: str) -> str:
    """Return the network of an address: /24 of IPv4, /48 of IPv6; empty where it is none.

    >>> shortened("192.0.2.77"), shortened("2001:db8:1:2::3")
    ('192.0.2.0/24', '2001:db8:1::/48')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


@dataclass
class Seen:
    """One request: who asked, for what, and what came of it; times in seconds."""

    request: str
    method: str
    path: str
    address: str
    agent: str
    release: str = ""
    status: int = 0
    size: int = 0
    seconds: float = 0.0
    query: str = ""
    cached: bool = False


class Log:
    """Writes one line of JSON for each request; control characters are escaped, so a line is one request."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def write(self, seen: Seen) -> None:
        """Write the line of one request."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": seen.request,
            "address": shortened(seen.address),
            "method": seen.method,
            "path": seen.path[:_LONGEST],
            "status": seen.status,
            "bytes": seen.size,
            "ms": round(1000 * seen.seconds, 1),
            "query": seen.query,
            "cached": seen.cached,
            "release": seen.release,
            "agent": seen.agent[:_LONGEST],
        }
        self._write({name: value for name, value in line.items() if value not in ("", None)})

    def note(self, sentence: str) -> None:
        """Write a line that belongs to no request."""
        self._write({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "note": sentence})

    def _write(self, line: dict[str, object]) -> None:
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


class Metrics:
    """Counts in the text format of Prometheus."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._times: Counter[tuple[str, float]] = Counter()
        self._sums: defaultdict[str, float] = defaultdict(float)

    def count(self, seen: Seen) -> None:
        """Count one request, by the kind of address and the status."""
        kind = "sparql" if seen.path.rstrip("/") == "/sparql" else "page"
        self._requests[kind, seen.status] += 1
        self._sums[kind] += seen.seconds
        for bound in (*_BOUNDS, float("inf")):
            self._times[kind, bound] += seen.seconds <= bound

    def text(self, gauges: dict[str, float]) -> str:
        """Return all counts, and what is true now."""
        return "\n".join(self._lines(gauges)) + "\n"

    def _lines(self, gauges: dict[str, float]) -> Iterator[str]:
        yield "# TYPE failuregraph_requests_total counter"
        for (kind, status), number in sorted(self._requests.items()):
            yield f'failuregraph_requests_total{{kind="{kind}",status="{status}"}} {number}'
        yield "# TYPE failuregraph_request_seconds histogram"
        for (kind, bound), number in sorted(self._times.items()):
            edge = "+Inf" if bound == float("inf") else f"{bound:g}"
            yield f'failuregraph_request_seconds_bucket{{kind="{kind}",le="{edge}"}} {number}'
        for kind, total in sorted(self._sums.items()):
            yield f'failuregraph_request_seconds_sum{{kind="{kind}"}} {total:.6f}'
            yield f'failuregraph_request_seconds_count{{kind="{kind}"}} {self._times[kind, float("inf")]}'
        for name, value in sorted(gauges.items()):
            yield f"# TYPE failuregraph_{name} gauge"
            yield f"failuregraph_{name} {value:g}"
