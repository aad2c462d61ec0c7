from __future__ import annotations

import sys
from io import BytesIO

import pytest
from PIL import Image

from mlops_tui.domain.errors import InputError
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
from mlops_tui.ui.figure_png import SHARP, png


def image_of(*shapes: Shape) -> Image.Image:
    return Image.open(BytesIO(png(shapes))).convert("RGB")


def pixel(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((round(x * SHARP), round(y * SHARP)))
    assert isinstance(found, tuple)
    return found


def test_lines_areas_and_words_are_where_the_figure_has_them() -> None:
    image = image_of(
        Words(100, 40, "WWW", "#ff0000", size=30),
        Way([(10, 500), (60, 500)], "#00ff00", 4),
        Way([(200, 200), (300, 200), (300, 300), (200, 300)], "#0000ff", is_area=True),
    )
    assert image.size == (WIDTH * SHARP, HEIGHT * SHARP)
    assert pixel(image, 35, 500) == (0, 255, 0)
    assert pixel(image, 250, 250) == (0, 0, 255)
    assert pixel(image, 35, 490) == (255, 255, 255)
    words = image.crop((100 * SHARP, 10 * SHARP, 190 * SHARP, 45 * SHARP))
    assert any(colour == (255, 0, 0) for _, colour in words.getcolors(100_000) or [])


def test_what_belongs_into_the_plot_ends_where_the_plot_does() -> None:
    middle, right = TOP + PLOT_HEIGHT / 2, LEFT + PLOT_WIDTH
    image = image_of(Way([(-1e4, middle), (1e5, middle)], "#ff0000", 6, is_inside=True))
    assert pixel(image, LEFT + 2, middle) == (255, 0, 0)
    assert pixel(image, LEFT - 2, middle) == (255, 255, 255)
    assert pixel(image, right + 2, middle) == (255, 255, 255)


def test_a_faint_area_lets_the_white_through() -> None:
    corners = [(200.0, 200.0), (300.0, 200.0), (300.0, 300.0), (200.0, 300.0)]
    image = image_of(Way(corners, "#000000", 0, 0.5, is_area=True, is_inside=True))
    assert pixel(image, 250, 250)[0] == pytest.approx(127, abs=2)


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InputError) as caught:
        png([])
    assert "mlops-tui[images]" in caught.value.hint
