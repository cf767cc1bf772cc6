"""The terms of SHACL 1.0, as the namespace that rdflib ships lists them."""

from __future__ import annotations

from typing import Final

from rdflib import SH

__all__ = ["SHACL"]

#: The local names of every class and property of SHACL.
SHACL: Final = frozenset(SH.__annotations__) | frozenset(SH._extras)  # noqa: SLF001 - names that Python keeps to itself
