"""Shapes of a figure as an SVG document."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlops_tui.domain.text import safe
from mlops_tui.ui.figure import (
    HEIGHT,
    LEFT,
    PLOT_HEIGHT,
    PLOT_WIDTH,
    TOP,
    WIDTH,
    Shape,
    Way,
    Words,
)


def svg(shapes: Sequence[Shape]) -> str:
    """Return the document, on white."""
    clip = f'<rect x="{LEFT}" y="{TOP}" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}"/>'
    body = "\n".join(_words(it) if isinstance(it, Words) else _way(it) for it in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" stroke-linejoin="round">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        f'<clipPath id="plot">{clip}</clipPath>\n{body}\n</svg>\n'
    )


def _words(it: Words) -> str:
    weight = ' font-weight="bold"' * it.is_bold
    return (
        f'<text x="{it.x:.1f}" y="{it.y:.1f}" fill="{it.colour}" font-size="{it.size}"{weight}'
        f' text-anchor="{it.anchor}">{escape(safe(it.text))}</text>'
    )


def _way(it: Way) -> str:
    way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in it.places)
    clip = ' clip-path="url(#plot)"' * it.is_inside
    if it.is_area:
        return f'<path d="{way}Z" fill="{it.colour}" fill-opacity="{it.opacity:g}"{clip}/>'
    return (
        f'<path d="{way}" fill="none" stroke="{it.colour}" stroke-width="{it.width:g}"'
        f' stroke-opacity="{it.opacity:g}"{clip}/>'
    )
