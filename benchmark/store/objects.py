"""Content-addressed bytes: named by their sha256, kept compressed."""

from __future__ import annotations

import hashlib
import zlib

LEVEL = 6


def digest(data: bytes) -> str:
    """Return the name of an object."""
    return hashlib.sha256(data).hexdigest()


def digest_of(text: str) -> str:
    """Return the name of a text's bytes."""
    return digest(encoded(text))


def encoded(text: str) -> bytes:
    """Return the bytes of a text; half characters, which replies may hold, survive."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """Read what `encoded` wrote."""
    return data.decode("utf-8", "surrogatepass")


def packed(data: bytes) -> bytes:
    """Compress an object."""
    return zlib.compress(data, LEVEL)


def unpacked(data: bytes) -> bytes:
    """Read what `packed` wrote."""
    return zlib.decompress(data)
