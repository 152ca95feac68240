"""A scene as SVG: texts stay texts, colours are attributes that a page may override by class."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from metasyn.plots.scene import Circle, Curve, Group, Item, Line, Palette, Pen, Role, Scene, Shape, Text

__all__ = ["FAMILIES", "svg_element"]

FAMILIES = "DejaVu Sans, Verdana, Noto Sans, Noto Sans CJK SC, Arial, sans-serif"

_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_DASHES = "3 2.4"
# What XML 1.0 cannot carry at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg_element(scene: Scene, *, prefix: str, name: str, description: str, palette: Palette) -> str:
    """A scene as an `<svg>` element.

    Parameters
    ----------
    scene : Scene
    prefix : str
        Begins every id, so that several figures can live on one page.
    name, description : str
        Accessible name and description; the first children.
    palette : Palette
        Written as attributes. Every coloured thing also has a class of its role (`f-study` where it
        fills, `s-ink` where it strokes), which a style sheet may give another colour.

    Returns
    -------
    str
        From `<svg` to `</svg>`.
    """
    size = f'width="{_n(scene.width)}pt" height="{_n(scene.height)}pt"'
    box = f'viewBox="0 0 {_n(scene.width)} {_n(scene.height)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" role="img"'
        f' aria-labelledby="{prefix}-name {prefix}-description" {size} {box}'
        f' font-family="{FAMILIES}"{_data(scene.data)}>',
        f'<title id="{prefix}-name">{_escaped(name)}</title>',
        f'<desc id="{prefix}-description">{_escaped(description)}</desc>',
        f'<rect class="f-paper" width="{_n(scene.width)}" height="{_n(scene.height)}"'
        f' fill="{palette["paper"]}"/>',
        *(line for item in scene.items for line in _item(item, prefix, palette)),
        "</svg>",
    ]
    return "\n".join(lines)


def _n(value: float) -> str:
    """A coordinate: four decimals are a thousandth of what print can show."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _data(data: Mapping[str, str]) -> str:
    return "".join(
        f" data-{key}={quoteattr(_NOT_XML.sub(chr(0xFFFD), value))}" for key, value in data.items()
    )


def _head(item: Text | Line | Curve | Shape | Circle, prefix: str, *classes: str) -> str:
    """Id and classes of an item."""
    names = " ".join(name for name in (item.mark, *classes) if name)
    return (f' id="{prefix}-{item.gid}"' if item.gid else "") + (f' class="{names}"' if names else "")


def _item(item: Item, prefix: str, palette: Palette) -> Iterator[str]:
    match item:
        case Group():
            yield _group_opening(item, prefix)
            for inner in item.items:
                yield from _item(inner, prefix, palette)
            yield "</g>"
        case Text():
            yield _text(item, prefix, palette)
        case Line():
            ends = f'x1="{_n(item.x0)}" y1="{_n(item.y0)}" x2="{_n(item.x1)}" y2="{_n(item.y1)}"'
            yield f"<line{_head(item, prefix, f's-{item.color}')} {ends}{_stroke(item, palette)}/>"
        case Curve():
            head = _head(item, prefix, f"s-{item.color}")
            points = f'points="{_points(item.points)}" fill="none"'
            yield f'<polyline{head} {points}{_stroke(item, palette)} stroke-linejoin="round"/>'
        case Shape():
            head = _head(item, prefix, f"f-{item.fill}", f"s-{item.edge}")
            yield f'<polygon{head} points="{_points(item.points)}"{_fill(item, palette)}/>'
        case Circle():
            head = _head(item, prefix, f"f-{item.fill}", f"s-{item.edge}")
            place = f'cx="{_n(item.x)}" cy="{_n(item.y)}" r="{_n(item.radius)}"'
            yield f"<circle{head} {place}{_fill(item, palette)}/>"


def _group_opening(group: Group, prefix: str) -> str:
    gid = f' id="{prefix}-{group.gid}"' if group.gid else ""
    names = f' class="{" ".join(group.marks)}"' if group.marks else ""
    return f"<g{gid}{names}{_data(group.data)}>"


def _text(item: Text, prefix: str, palette: Palette) -> str:
    pen = item.pen
    turned = f' transform="rotate({_n(-item.rotate)} {_n(item.x)} {_n(item.y)})"' if item.rotate else ""
    anchor = "" if item.align == "left" else f' text-anchor="{_ANCHORS[item.align]}"'
    return (
        f'<text{_head(item, prefix, f"f-{pen.color}")} x="{_n(item.x)}" y="{_n(item.y)}"{anchor}'
        f'{_font(pen)} fill="{palette[pen.color]}"{turned}>{_escaped(item.text)}</text>'
    )


def _font(pen: Pen) -> str:
    weight = ' font-weight="bold"' if pen.bold else ""
    style = ' font-style="italic"' if pen.italic else ""
    return f' font-size="{_n(pen.size)}"{weight}{style}'


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points if math.isfinite(x) and math.isfinite(y))


def _stroke(item: Line | Curve, palette: Palette) -> str:
    dashes = f' stroke-dasharray="{_DASHES}"' if item.dashed else ""
    return f' stroke="{_color(item.color, palette)}" stroke-width="{_n(item.width)}"{dashes}'


def _fill(item: Shape | Circle, palette: Palette) -> str:
    opacity = f' fill-opacity="{_n(item.opacity)}"' if item.opacity < 1 else ""
    edge = f' stroke="{_color(item.edge, palette)}"'
    width = "" if item.edge == "none" else f' stroke-width="{_n(item.width)}"'
    return f' fill="{_color(item.fill, palette)}"{opacity}{edge}{width}'


def _color(role: Role, palette: Palette) -> str:
    return palette[role]
