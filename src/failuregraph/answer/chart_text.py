"""Text in charts: how wide it is drawn, where it breaks, and how it keeps its room in whatever font a reader has.

The drawing library lays a chart out in its own font, Liberation Sans, which has the widths of Arial; a reader's machine
may have neither, and a wider font would run over the edge.  So every line of text states the width that it was given
room for, and the reader's program fits its font into that.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

__all__ = ["FONT", "cut", "fitted", "folded", "width"]

#: What the text is drawn in: first the font that is measured, then those of the same widths, then what there is.
FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
#: Signs by their width in thousandths of the size of the font; all others are as wide as most letters.
_PLAIN: Final = {
    191: "'",
    205: "’‘",
    222: "ijl",
    260: "|f",
    278: " !,./:;I[\\]t",
    333: "()-`r{}“”·",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckvsxyz",
    584: "+<=>~",
    611: "FTZß",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…",
    1015: "@",
}
_BOLD: Final = {
    238: "'",
    241: "’‘",
    278: " ,./I[\\]ijl",
    333: "!()-:;`ft[]·",
    389: "*r{}",
    474: '"',
    500: "z“”",
    584: "+<=>^~",
    611: "?FLTZbdghnopquß",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQw",
    833: "M",
    889: "%m",
    944: "W",
    975: "@",
    1000: "—…",
}
_OTHER: Final = 556
_WIDE: Final = 750
_WIDTHS: Final = {
    False: {sign: size for size, signs in _PLAIN.items() for sign in signs},
    True: {sign: size for size, signs in _BOLD.items() for sign in signs},
}
_ELLIPSIS: Final = "…"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line is drawn, in pixels, for a size of the font in pixels.

    >>> round(width("Will", 10), 1), round(width("Will", 10, bold=True), 1)
    (16.1, 17.8)
    """
    return sum(_sign(sign, _WIDTHS[bold]) for sign in text) * size / 1000


def _sign(sign: str, widths: dict[str, int]) -> int:
    """Return the width of a sign; one with an accent is as wide as without, and the accent itself has none."""
    if unicodedata.combining(sign):
        return 0
    if unicodedata.east_asian_width(sign) in "WF":
        return _WIDE
    return widths.get(sign) or widths.get(unicodedata.normalize("NFD", sign)[0], _OTHER)


def cut(text: str, room: float, size: float) -> str:
    """Return a text that fits into the room, with an ellipsis where something of it is left out.

    >>> cut("A very long name", 65, 10)
    'A very long…'
    """
    if width(text, size) <= room:
        return text
    while text and width(text + _ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip(" ·,;:") + _ELLIPSIS


def folded(text: str, room: float, size: float) -> list[str]:
    """Return the lines of a text, none of which is wider than the room; a word that is too long is divided.

    >>> folded("Amazon kept voices", 60, 10)
    ['Amazon kept', 'voices']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.extend(_divided(word, room, size))
    return lines or [""]


def _divided(word: str, room: float, size: float) -> list[str]:
    parts = [""]
    for sign in word:
        if parts[-1] and width(parts[-1] + sign, size) > room:
            parts.append("")
        parts[-1] += sign
    return parts


_TEXT: Final = re.compile(r"<text\b([^>]*)(?<!/)>(.*?)</text>", re.DOTALL)
_SPAN: Final = re.compile(r"<tspan\b([^>]*)(?<!/)>(.*?)</tspan>", re.DOTALL)


def fitted(svg: str) -> str:
    """Return a drawing in which each line of text states its width, so that no other font makes it longer.

    Lines that were parts of one text are texts of their own: not every browser heeds the width of a part.
    """
    return _TEXT.sub(_text, svg)


def _text(found: re.Match[str]) -> str:
    given, inner = found.groups()
    size = re.search(r'font-size="([\d.]+)px"', given)
    if size is None or not inner:
        return found[0]
    pixels, bold, down = float(size[1]), 'font-weight="bold"' in given, 0.0
    lines = []
    for placed, line in _SPAN.findall(inner) or [("", inner)]:
        step = re.search(r'dy="([\d.]+)"', placed)
        down += float(step[1]) if step else 0
        lower = f' dy="{down:g}"' if down else ""
        lines.append(f"<text{given}{lower}{_length(line, pixels, bold=bold)}>{line}</text>")
    return "".join(lines)


def _length(inner: str, size: float, *, bold: bool) -> str:
    wide = width(html.unescape(inner), size, bold=bold)
    return f' textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"' if wide else ""
