"""Text for a terminal, made of answers: paragraphs of one width, and names of others without control characters."""

from __future__ import annotations

import textwrap

__all__ = ["counted", "paragraph", "printable"]


def printable(text: str) -> str:
    r"""Return a text on one line, with a replacement character for what a terminal would obey.

    >>> printable("a\x1b[31mb\n c")
    'a�[31mb c'
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split()))


def paragraph(text: str, width: int, indent: int = 0, first: str | None = None) -> list[str]:
    """Return the lines of a text; the first begins with ``first``, the others are indented; no word is broken."""
    start = first.ljust(indent) if first else "" if first is not None else " " * indent
    lines = textwrap.wrap(
        printable(text),
        max(width, indent + 20),
        initial_indent=start,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.rstrip() for line in lines] or [start.rstrip()]


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "event"), counted(2, "event")
    ('1 event', '2 events')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
