"""Pages of a PDF as pictures. Pure: no Django, no files; bytes in, bytes out."""

import struct
import threading
import zlib
from collections.abc import Iterator

import numpy as np
import pypdfium2

# A page drawn in points can be tiny; beyond this factor there is nothing more to see.
_MOST_SCALE = 8.0
_MOST_HEIGHT = 2400
# PDFium may be entered by one thread at a time.
_alone = threading.RLock()


class Unreadable(ValueError):
    """The bytes are no PDF that can be opened: broken, or locked with a password."""


def count(body: bytes) -> int:
    """How many pages a PDF has.

    Raises:
        Unreadable: it cannot be opened.
    """
    with _alone:
        document = _open(body)
        try:
            return len(document)
        finally:
            document.close()


def render(body: bytes, width: int = 1600) -> Iterator[bytes]:
    """Each page of a PDF as PNG, `width` pixels wide.

    Raises:
        Unreadable: it cannot be opened.
    """
    with _alone:
        document = _open(body)
        try:
            for page in document:
                yield png(_pixels(page, width))
                page.close()
        finally:
            document.close()


def _pixels(page: pypdfium2.PdfPage, width: int) -> np.ndarray:
    across, down = max(1.0, page.get_width()), max(1.0, page.get_height())
    scale = min(width / across, _MOST_HEIGHT / down, _MOST_SCALE)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels = np.array(bitmap.to_numpy()[:, :, :3])
    bitmap.close()
    return pixels


def _open(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as broken:
        raise Unreadable(str(broken)) from broken


def png(pixels: np.ndarray) -> bytes:
    """An RGB picture as PNG.

    Args:
        pixels: shape (height, width, 3), uint8.

    Source:
        W3C PNG, third edition: filter type 2 (Up), which suits pages of text and flat colours.
    """
    height, width, _ = pixels.shape
    above = np.vstack([np.zeros((1, width, 3), np.uint8), pixels[:-1]])
    rows = (pixels - above).reshape(height, width * 3)
    filtered = np.hstack([np.full((height, 1), 2, np.uint8), rows])
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(filtered.tobytes(), 6)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
