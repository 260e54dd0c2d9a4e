"""Addresses that several pages lead to, and the test whether an address is one of ours."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import request


def case_url(application_id: uuid.UUID) -> str:
    """The page of a case."""
    return f"{request.script_root}/applications/{application_id}"


def local(path: str | None) -> str | None:
    """The path if it stays on this site, else None; a browser reads `//host` and a backslash as another site."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    if any(ord(sign) < 32 for sign in path):
        return None
    parts = urlsplit(path)
    return None if parts.scheme or parts.netloc else path
