"""Files as text, tables, images or bytes: whatever they are, bounded and never executed."""

from __future__ import annotations

import io
import json
import pickle
import zlib
from pathlib import Path

import pytest

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.ui import pictures
from mlops_tui.ui.pictures import BACKGROUND, read_picture
from mlops_tui.ui.previews import (
    PicturePreview,
    Preview,
    TablePreview,
    TextPreview,
    hex_lines,
    pretty_json,
    read_preview,
)


def shown(name: str, data: bytes) -> Preview:
    return read_preview(name, lambda: io.BytesIO(data), 40, 10)


def image(width: int, height: int, kind: str = "PNG", colour: object = (255, 0, 0)) -> bytes:
    images = pytest.importorskip("PIL.Image")
    to = io.BytesIO()
    mode = "RGBA" if isinstance(colour, tuple) and len(colour) == 4 else "RGB"
    images.new(mode, (width, height), colour).save(to, kind)
    return to.getvalue()


def test_text_is_left_to_be_read_in_windows() -> None:
    assert shown("a.txt", "grüße\n".encode() * 9000) == TextPreview("70.3 KiB")
    assert shown("a.log", b"\x1b[31mred\x1b[0m\n") == TextPreview("13 B")
    assert shown("cut.txt", b"a" + "ü".encode() * 9000) == TextPreview("17.6 KiB")


def test_an_empty_file_says_so() -> None:
    assert shown("a.csv", b"") == TextPreview("The file is empty.", b"")


def test_json_stands_on_lines_of_its_own() -> None:
    found = shown("a.JSON", b'{"a":[1,{"b":NaN}]}')
    assert isinstance(found, TextPreview)
    assert found.data is not None
    assert found.data.decode().split("\n")[:3] == ["{", '  "a": [', "    1,"]
    assert shown("a.json", b"{broken") == TextPreview("7 B")
    assert pretty_json(b"[" * 100_000) is None
    assert pretty_json(b"9" * 5000) is None
    deep = b"[" * 800 + b"1," * 500_000 + b"1" + b"]" * 800
    assert pretty_json(deep) is None
    large = json.dumps("x" * (3 << 20)).encode()
    assert shown("a.json", large) == TextPreview("3.0 MiB")


def test_a_table_has_its_first_rows() -> None:
    lines = ["id;text"] + [f'{at};"a ""b"""' for at in range(500)]
    found = shown("a.csv", "\n".join(lines).encode())
    assert isinstance(found, TablePreview)
    assert (found.head, found.rows[0], len(found.rows)) == (["id", "text"], ["0", 'a "b"'], 200)
    assert found.about.startswith("the first 200 rows, 2 columns")
    exact = shown("a.csv", b"\xef\xbb\xbfa,b\n" + b"1,2\n" * 200)
    assert isinstance(exact, TablePreview)
    assert (exact.head, len(exact.rows)) == (["a", "b"], 200)
    assert exact.about.startswith("200 rows")


def test_odd_tables_are_shown_too() -> None:
    assert shown("a.tsv", b"a\tb\n1\n") == TablePreview(
        "1 rows, 2 columns, 6 B", ["a", "b"], [["1"]]
    )
    assert shown("a.csv", b"only a head") == TablePreview(
        "0 rows, 1 columns, 11 B", ["only a head"], []
    )
    blank = shown("a.csv", b"\n\n")
    assert isinstance(blank, TablePreview)
    assert blank.head == []
    wide = ",".join(str(at) for at in range(50_000))
    found = shown("a.csv", f"{wide}\n{wide}\n".encode() * 20)
    assert isinstance(found, TablePreview)
    assert len(found.head) == 50_000
    assert 1 <= len(found.rows) < 20
    assert isinstance(shown("a.csv", b"a,b\n" + b"x" * 200_000), TextPreview)  # no cell is so long
    assert isinstance(shown("a.csv", b'a,b\n"never ends\n' * 3), TablePreview)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("trap"),)  # type: ignore[return-value]


def test_what_could_run_code_is_shown_as_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = shown("model.joblib", pickle.dumps(Trap()))
    assert isinstance(found, TextPreview)
    assert "it could run code" in found.about
    assert found.data is not None
    assert found.data.startswith(b"00000000  80 ")
    assert not list(tmp_path.iterdir())


def test_bytes_stand_beside_their_letters() -> None:
    assert hex_lines(b"\x1b[2J" + bytes(13)).decode().split("\n")[:2] == [
        "00000000  1b 5b 32 4a 00 00 00 00  00 00 00 00 00 00 00 00  .[2J............",
        "00000010  00                                                .",
    ]
    found = shown("huge.bin", bytes(1 << 20))
    assert isinstance(found, TextPreview)
    assert found.about == "1.0 MiB, not text, first 4.0 KiB"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_images_become_cells_of_two_pixels(kind: str) -> None:
    found = shown("a", image(400, 100, kind))
    assert isinstance(found, PicturePreview)
    rows = found.picture.rows
    assert (len(rows[0]), len(rows)) == (40, 5)
    red, green, blue = rows[2][20][0]
    assert red > 240
    assert green < 15 > blue
    assert found.about.startswith(f"400 x 100, {kind}, ")


def test_images_fit_and_keep_their_proportions() -> None:
    tall = read_picture(io.BytesIO(image(10, 1000)), 9, 40, 10)
    assert (len(tall.rows[0]), len(tall.rows)) == (1, 10)
    dot = read_picture(io.BytesIO(image(1, 1)), 9, 40, 10)
    assert (len(dot.rows[0]), len(dot.rows)) == (20, 10)
    clear = read_picture(io.BytesIO(image(4, 4, colour=(9, 9, 9, 0))), 9, 4, 2)
    assert clear.rows[0][0] == (BACKGROUND, BACKGROUND)


def png(width: int, height: int, body: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + sum_

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_bomb_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PIL.Image")
    bomb = png(60_000, 60_000, zlib.compress(bytes(1000)))
    with pytest.raises(RefusedError, match="too many to unfold"):
        read_picture(io.BytesIO(bomb), len(bomb), 40, 10)
    found = shown("a.png", bomb)
    assert isinstance(found, TextPreview)
    assert "60000 x 60000" in found.about
    with pytest.raises(RefusedError):
        read_picture(io.BytesIO(bomb), 1 << 30, 40, 10)


@pytest.mark.parametrize(
    "data",
    [
        png(10, 10, b"no zlib"),
        png(0, 0),
        png(10, 10)[:20],
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        b"\xff\xd8\xff" + b"x" * 100,
        b"GIF89a" + b"\xff" * 100,
        b"BM" + b"\xff" * 100,
        b"RIFF\xff\xff\xff\xffWEBP" + b"\xff" * 100,
    ],
)
def test_a_broken_image_is_shown_as_bytes(data: bytes) -> None:
    pytest.importorskip("PIL.Image")
    found = shown("a.png", data)
    assert isinstance(found, TextPreview)
    assert "no image that can be read" in found.about


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(InputError) as raised:
        pictures.read_picture(io.BytesIO(png(1, 1)), 9, 4, 4)
    assert "mlops-tui[images]" in raised.value.hint
    found = shown("a.png", png(1, 1))
    assert isinstance(found, TextPreview)
    assert "mlops-tui[images]" in found.about
