"""HTTP to a remote store: what is sent, how long it is waited for, and one sentence for each way to fail.

Credentials come from the environment and go to the named address alone: a redirect is an error.  Certificates are
verified.  SPARQLWrapper writes the requests; they are sent from here, because it opens ``file:`` addresses, waits
without end by default, follows redirects with the password, and changes how the whole process opens addresses.
"""

from __future__ import annotations

import email.utils
import http.client
import os
import re
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from failuregraph import __version__
from failuregraph.errors import RemoteFailed, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PASSWORD", "TIMEOUT", "USER", "Remote", "Reply"]

#: The environment variables that hold the credentials, and how many seconds an answer may take.
USER: Final = "FAILUREGRAPH_STORE_USER"
PASSWORD: Final = "FAILUREGRAPH_STORE_PASSWORD"  # noqa: S105 - the name of a variable, not a password
TIMEOUT: Final = "FAILUREGRAPH_STORE_TIMEOUT"

_DEFAULT_TIMEOUT: Final = 30.0
#: Seconds before each further try where a busy store names none, and the most that it may name.
_PAUSES: Final = (1.0, 2.0, 4.0)
_LONGEST_PAUSE: Final = 30.0
_LARGEST: Final = 1 << 28
_BUSY: Final = (429, 503)
_LONGEST_REASON: Final = 200


@dataclass(frozen=True)
class Reply:
    """A whole answer of a remote store with a status of success: headers in lower case, and the body."""

    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def has_an_end(self) -> bool:
        """Whether a body that was cut off would have been noticed."""
        return "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()


class _Busy(Exception):
    """The store asks to be left alone, for so many seconds where it says so."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(status)
        self.status, self.wait = status, wait


@dataclass(frozen=True)
class Remote:
    """An address, the credentials for it, and how long an answer may take."""

    url: str
    timeout: float = _DEFAULT_TIMEOUT
    user: str = ""
    password: str = field(default="", repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)

    @classmethod
    def at(cls, url: str) -> Remote:
        """Return the remote of an http or https address, with credentials and time-out from the environment.

        Raises WrongUse for any other address and for one that has a password in it.
        """
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if not good or re.search(r"[\s\x00-\x1f\x7f]", url):
            message = f"“{url}” is no address of a store; write one that begins with http:// or https://."
            raise WrongUse(message)
        if parts.username is not None or parts.password is not None:
            message = f"an address has no user and no password in it; set {USER} and {PASSWORD} instead."
            raise WrongUse(message)
        return cls(url, _seconds(), os.environ.get(USER, ""), os.environ.get(PASSWORD, ""))

    def ask(self, text: str, accept: str) -> Reply:
        """Return the reply to a query."""
        return self._send(_request(self.url, "SELECT", text, accept))

    def update(self, text: str) -> None:
        """Run an update."""
        self._send(_request(self.url, "INSERT", text, "*/*"))

    def put(self, url: str, body: bytes, media_type: str) -> None:
        """Put a body at an address of this remote."""
        headers = {"Content-Type": media_type, "Accept": "*/*"}
        self._send(urllib.request.Request(url, body, headers, method="PUT"))  # noqa: S310 - the address was checked

    def failed(self, why: str) -> RemoteFailed:
        """Return the error that says what is wrong with this remote."""
        return RemoteFailed(f"{self.url} {why}")

    def _send(self, request: urllib.request.Request) -> Reply:
        """Return the reply to a request, which is sent again, later, where the store is busy."""
        for pause in (*_PAUSES, None):
            try:
                return self._once(request)
            except _Busy as busy:
                wait = busy.wait if busy.wait is not None else pause
                if pause is None:
                    why = f"is busy (status {busy.status}), also after {len(_PAUSES) + 1} tries; try again later."
                    raise self.failed(why) from None
                if wait is None or wait > _LONGEST_PAUSE:
                    why = f"is busy (status {busy.status}) and asks to wait {wait:.0f} s; try again then."
                    raise self.failed(why) from None
            self.sleep(wait)
        raise AssertionError(request)

    def _once(self, request: urllib.request.Request) -> Reply:
        end = time.monotonic() + self.timeout
        try:
            with self._opener().open(request, timeout=self.timeout) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(headers, self._body(response, end))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except TimeoutError as error:
            raise self._slow() from error
        except urllib.error.URLError as error:
            raise self._unreachable(error.reason) from error
        except http.client.IncompleteRead as error:
            raise self.failed("broke off in the middle of its answer; try again.") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        except ValueError as error:  # urllib knows Basic and Digest alone
            raise self.failed(f"asks for a login that is not supported: {_line(str(error))}.") from error

    def _body(self, response: http.client.HTTPResponse, end: float) -> bytes:
        """Return the body; the time counts for all of it, not for each piece."""
        found = bytearray()
        while piece := response.read1(1 << 16):
            found += piece
            if time.monotonic() > end:
                raise self._slow()
            if len(found) > _LARGEST:
                raise self.failed(f"answers with more than {_LARGEST >> 20} MiB; ask for less.")
        if response.length:  # read1 does not say that bytes are missing
            raise http.client.IncompleteRead(bytes(found), response.length)
        return bytes(found)

    def _opener(self) -> urllib.request.OpenerDirector:
        """Return what opens http and https, and nothing else; it follows no redirect."""
        opener = urllib.request.OpenerDirector()
        opener.addheaders = [("User-Agent", f"failuregraph/{__version__}")]
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=_verified()),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            opener.add_handler(handler)
        if self.user:
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, self.url, self.user, self.password)
            opener.add_handler(urllib.request.HTTPDigestAuthHandler(known))
            opener.add_handler(urllib.request.HTTPBasicAuthHandler(known))
        return opener

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        """Return the error for a status that is not one of success."""
        if error.code in _BUSY:
            return _Busy(error.code, _wait(error.headers.get("Retry-After")))
        if error.code in (401, 403):
            if self.user:
                return self.failed(f"does not let {self.user} do this (status {error.code}); see {USER}, {PASSWORD}.")
            return self.failed(f"asks for a login (status {error.code}); set {USER} and {PASSWORD}.")
        if 300 <= error.code < 400:  # noqa: PLR2004 - the statuses of redirects
            return self.failed(f"redirects to {_line(error.headers.get('Location', '?'))}; give that address.")
        said = "" if "html" in error.headers.get("Content-Type", "") else _line(_start(error))
        return self.failed(f"answers with status {error.code}{': ' if said else ''}{said.rstrip('.')}.")

    def _unreachable(self, reason: object) -> RemoteFailed:
        if isinstance(reason, TimeoutError):
            return self._slow()
        if isinstance(reason, ssl.SSLCertVerificationError):
            return self.failed(f"has a certificate that cannot be verified: {reason.verify_message}.")
        words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
        return self.failed(f"cannot be reached: {_line(words) or type(reason).__name__}.")

    def _slow(self) -> RemoteFailed:
        return self.failed(f"did not answer within {self.timeout:g} s; set {TIMEOUT} to wait longer.")


@cache
def _verified() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(url: str, kind: str, text: str, accept: str) -> urllib.request.Request:
    """Return the request of the SPARQL protocol for a query or an update: by POST, with content negotiation alone."""
    from SPARQLWrapper import POST, SPARQLWrapper

    wrapper = SPARQLWrapper(url, agent=f"failuregraph/{__version__}")
    wrapper.setMethod(POST)
    wrapper.setOnlyConneg(True)
    wrapper.addCustomHttpHeader("Accept", accept)
    wrapper.queryString, wrapper.queryType = text, kind
    request: urllib.request.Request = wrapper._createRequest()  # noqa: SLF001 - it writes the request, we send it
    return request


def _seconds() -> float:
    """Return the seconds of the environment, or raise WrongUse where that is no positive number."""
    text = os.environ.get(TIMEOUT, "")
    if not text:
        return _DEFAULT_TIMEOUT
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text) or not float(text):
        message = f"{TIMEOUT} is “{text}”; write the seconds as a number above 0."
        raise WrongUse(message)
    return float(text)


def _wait(text: str | None) -> float | None:
    """Return the seconds of a Retry-After: a number, a date, or None where it is neither.

    >>> _wait("7"), _wait("soon"), _wait("Wed, 21 Oct 2015 07:28:00 GMT")
    (7.0, None, 0.0)
    """
    text = (text or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _start(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(_LONGEST_REASON * 4).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


def _line(text: str) -> str:
    r"""Return foreign text as one short line that cannot steer a terminal.

    >>> _line("a\x1b[2J\n b")
    'a [2J b'
    """
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + "…"
