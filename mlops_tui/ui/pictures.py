"""Images as half blocks: two pixels a cell. Pillow is loaded when the first one is looked at."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.text import short_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 50_000_000
"""A few kilobytes may unfold to gigabytes; so many pixels take about 200 MB for a moment."""
MOST_BYTES = 64 << 20
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
BACKGROUND = (32, 32, 32)
"""Behind what is transparent; dark and light lines can both be seen on it."""
_AVERAGED = ("L", "LA", "RGB", "RGBA")
"""Kinds of pixels that can be made fewer before they are made colours."""

Pixel = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image made small."""

    rows: tuple[tuple[tuple[Pixel, Pixel], ...], ...]
    """Cells from the top: upper and lower pixel of each, as red, green and blue."""
    about: str


def is_picture(head: bytes) -> bool:
    """Say whether a file that begins so claims to be an image."""
    return head.startswith(SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def read_picture(file: IO[bytes], size_bytes: int, columns: int, rows: int) -> Picture:
    """Return an image that fits into so many cells, its proportions kept.

    Raises:
        InputError: it is no image that can be read, or Pillow is not installed.
        RefusedError: it is larger than anybody should unfold.
    """
    try:
        from PIL import Image
    except ImportError:
        raise InputError(
            "images need one package more",
            "pip install 'mlops-tui[images]' where mlops-tui is installed",
        ) from None
    if size_bytes > MOST_BYTES:
        raise RefusedError(f"{short_bytes(size_bytes)} are too much for an image")
    Image.MAX_IMAGE_PIXELS = None  # its own limit only warns; ours comes before any pixel is read
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise RefusedError(f"{width} x {height} pixels are too many to unfold")
            about = f"{width} x {height}, {image.format}"
            return Picture(_cells(_small(image, columns, 2 * rows)), about)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise InputError(f"no image that can be read: {error}") from None


def _small(image: Image, columns: int, pixels_high: int) -> Image:
    """Return the first frame with at most so many pixels, nothing of it transparent."""
    from PIL import Image as images

    width, height = image.size
    scale = min(columns / width, pixels_high / height)
    wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
    image.draft("RGB", wanted)  # a JPEG is then unfolded no larger than needed
    whole = image if image.mode in _AVERAGED else image.convert("RGBA")
    how = images.Resampling.BOX if scale < 1 else images.Resampling.NEAREST
    small = whole.resize(wanted, how).convert("RGBA")
    behind = images.new("RGBA", small.size, (*BACKGROUND, 255))
    return images.alpha_composite(behind, small).convert("RGB")


def _cells(image: Image) -> tuple[tuple[tuple[Pixel, Pixel], ...], ...]:
    width, height = image.size
    data = image.tobytes()

    def pixel(x: int, y: int) -> Pixel:
        if y >= height:
            return BACKGROUND
        at = 3 * (y * width + x)
        return data[at], data[at + 1], data[at + 2]

    return tuple(
        tuple((pixel(x, y), pixel(x, y + 1)) for x in range(width)) for y in range(0, height, 2)
    )
