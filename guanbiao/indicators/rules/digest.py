"""The identity of a model: SHA-256 over its RFC 8785 form."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_bytes(value: Any) -> bytes:
    """The one byte form of a JSON value (RFC 8785)."""
    return rfc8785.dumps(value)


def digest_of(value: Any) -> str:
    """`sha256:` and the hexadecimal digest of a JSON value."""
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()
