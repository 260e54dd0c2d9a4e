"""Answers that a page carries along to its next request, signed so that nobody can put in others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from fundflow.accounts import Actor

AGE = 7 * 24 * 3600  # seconds; a page may well lie open over a weekend


def _serializer(actor: Actor, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"carry {purpose} {actor.user_id}")


def pack(actor: Actor, purpose: str, answers: Mapping[str, Any]) -> str:
    """Answers as a text that only this person can bring back, and only for this purpose."""
    return str(_serializer(actor, purpose).dumps(dict(answers)))


def unpack(actor: Actor, purpose: str, text: str) -> dict[str, Any]:
    """What was packed; nothing when the text is missing, old or not ours."""
    try:
        found = _serializer(actor, purpose).loads(text, max_age=AGE)
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}
