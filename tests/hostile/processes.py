"""What the kernel knows of a process and its descendants: memory, descriptors, processor time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["descendants", "descriptors", "memory", "processor"]

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name, which may hold anything; empty where it is gone."""
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return []


def descendants(pid: int) -> set[int]:
    """Return the children of a process, their children, and so on; zombies are not counted."""
    parents = {}
    for each in _PROC.iterdir():
        if each.name.isdigit() and (fields := _stat(int(each.name))) and fields[0] != "Z":
            parents[int(each.name)] = int(fields[1])
    found, before = {pid}, 0
    while before != len(found):
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


def memory(pid: int) -> int:
    """Return the resident memory of a process in bytes, without pages that it shares with files."""
    for line in (_PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no memory")


def descriptors(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    return len(list((_PROC / str(pid) / "fd").iterdir()))


def processor(pids: set[int]) -> float:
    """Return the seconds of the processor that these processes have used so far."""
    return sum(int(fields[11]) + int(fields[12]) for pid in pids if (fields := _stat(pid))) / _TICK
