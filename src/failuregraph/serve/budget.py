"""What one address may use: queries at once, and seconds of processing, so that no client starves another."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.serve.settings import Settings

__all__ = ["Account", "Budget", "BusyError", "SpentError", "network"]

#: Every query costs at least this many seconds, so that many short ones are counted too.
_LEAST: Final = 0.0005
#: How many addresses are remembered; the one that was quiet for longest is forgotten first.
_REMEMBERED: Final = 10_000


class SpentError(Exception):
    """An address has used up its processing time; ``seconds`` is when some of it is back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BusyError(Exception):
    """An address has too many queries waiting."""


@functools.lru_cache(_REMEMBERED)
def network(address: str) -> str:
    """Return whom an address stands for: itself, or the /64 of an IPv6 address, as one client has all of it.

    >>> network("2001:db8::1:2")
    '2001:db8::/64'
    >>> network("::ffff:192.0.2.7")
    '192.0.2.7'
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class Account:
    """The account of one address."""

    def __init__(self, burst: float, now: float) -> None:
        self.seconds, self.seen, self.running = burst, now, 0
        self.queue: list[asyncio.Future[None]] = []


class Budget:
    """The accounts of all addresses; a token bucket of processing time for each (seconds)."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    async def enter(self, address: str) -> Account:
        """Wait for a turn of the address and return its account, which ``leave`` closes.

        Raises SpentError where its time is used up, and BusyError where too many of its queries wait.
        """
        account = self._account(network(address))
        if account.seconds <= 0:
            raise SpentError(1 + int(-account.seconds * 60 / self._settings.refill))
        await self._enter(account)
        return account

    def leave(self, account: Account, seconds: float) -> None:
        """Charge an account for the seconds that its query used, and let its next query run."""
        account.seconds -= max(seconds, _LEAST)
        account.running -= 1
        self._wake(account)

    async def _enter(self, account: Account) -> None:
        if account.running < self._settings.parallel:
            account.running += 1
            return
        if len(account.queue) >= self._settings.waiting:
            raise BusyError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        account.queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                account.running -= 1
                self._wake(account)
            else:
                account.queue.remove(turn)
            raise

    @staticmethod
    def _wake(account: Account) -> None:
        while account.queue:
            turn = account.queue.pop(0)
            if not turn.done():
                account.running += 1
                turn.set_result(None)
                return

    def _account(self, name: str) -> Account:
        now = self._clock()
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = Account(self._settings.burst, now)
            self._forget()
        self._accounts.move_to_end(name)
        back = (now - account.seen) * self._settings.refill / 60
        account.seconds, account.seen = min(self._settings.burst, account.seconds + back), now
        return account

    def _forget(self) -> None:
        for name in list(self._accounts)[: max(0, len(self._accounts) - _REMEMBERED)]:
            if not self._accounts[name].running and not self._accounts[name].queue:
                del self._accounts[name]
