"""Files by their content: what is stored under a key never changes, and a key proves its bytes."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import fsspec
from flask import current_app


def _place() -> tuple[Any, str]:
    filesystem, root = fsspec.core.url_to_fs(current_app.config["STORAGE_URL"])
    return filesystem, root.rstrip("/")


def put(data: bytes, *, kind: str) -> str:
    """Store bytes outside the web root and return their key, `<kind>/<sha-256>`; the same bytes are stored once."""
    key = f"{kind}/{hashlib.sha256(data).hexdigest()}"
    filesystem, root = _place()
    path = f"{root}/{key}"
    if not filesystem.exists(path):
        filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
        part = f"{path}.{uuid.uuid4().hex}.part"
        with filesystem.open(part, "wb") as handle:
            handle.write(data)
        filesystem.mv(part, path)
    return key


def get(key: str) -> bytes:
    """The bytes of a key; raises FileNotFoundError, or ValueError when they no longer match their hash."""
    filesystem, root = _place()
    with filesystem.open(f"{root}/{key}", "rb") as handle:
        data: bytes = handle.read()
    if hashlib.sha256(data).hexdigest() != key.rpartition("/")[2]:
        raise ValueError(f"stored file {key} does not match its hash")
    return data
