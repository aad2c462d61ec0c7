"""Shapes of a figure as a PNG image; Pillow is loaded when the first one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import InputError
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

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

SHARP = 2
"""Pixels of the image for one of the figure."""
FINE = 2
"""Lines are drawn so many times larger, then made small: Pillow draws them without smooth edges."""
ZOOM = SHARP * FINE
COLOURS = 128
"""Enough for eight lines with smooth edges, in a quarter of the bytes."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(shapes: Sequence[Shape]) -> bytes:
    """Return the image, on white, twice as fine as the figure.

    Raises:
        InputError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        hint = "pip install 'mlops-tui[images]'"
        raise InputError("Pillow is needed to write PNG images", hint) from error
    large = Image.new("RGB", (WIDTH * ZOOM, HEIGHT * ZOOM), "#ffffff")
    box = (LEFT * ZOOM, TOP * ZOOM, (LEFT + PLOT_WIDTH) * ZOOM, (TOP + PLOT_HEIGHT) * ZOOM)
    plot = None
    for way in (shape for shape in shapes if isinstance(shape, Way)):
        if not way.is_inside:
            _draw(large, way, (0, 0))
        else:  # those come last, and are cut off where this part ends
            plot = plot or large.crop(box)
            _draw(plot, way, (LEFT, TOP))
    if plot is not None:
        large.paste(plot, box)
    image = large.resize((WIDTH * SHARP, HEIGHT * SHARP), Image.Resampling.BOX)
    _write(image, [shape for shape in shapes if isinstance(shape, Words)])
    file = BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(image: Image, way: Way, corner: tuple[int, int]) -> None:
    """Draw on an image whose left top is the `corner` of the figure."""
    from PIL import Image, ImageDraw

    places = [((x - corner[0]) * ZOOM, (y - corner[1]) * ZOOM) for x, y in way.places]
    ink: str | int = way.colour
    target = image
    if way.opacity < 1:
        target, ink = Image.new("L", image.size, 0), round(255 * way.opacity)
    drawing = ImageDraw.Draw(target)
    if way.is_area:
        drawing.polygon(places, fill=ink)
    else:
        drawing.line(places, fill=ink, width=round(way.width * ZOOM), joint="curve")
    if target is not image:
        image.paste(way.colour, (0, 0, *image.size), mask=target)


def _write(image: Image, words: Sequence[Words]) -> None:
    from PIL import ImageDraw

    drawing = ImageDraw.Draw(image)
    for it in words:
        drawing.text(
            (it.x * SHARP, it.y * SHARP),
            safe(it.text),
            fill=it.colour,
            font=_font(it.size * SHARP),
            anchor=_ANCHORS[it.anchor],
        )


@cache
def _font(size: int) -> FreeTypeFont | ImageFont:
    """Return the font that comes with Pillow: a server has none of its own."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
