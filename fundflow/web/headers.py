"""Headers that keep browsers and caches from doing what no page of ours needs."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request, session

STATIC = {"web.static", "bootstrap.static"}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
YEAR = 31_536_000


def csp_nonce() -> str:
    """The number that marks this page's own inline script or style."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def harden(response: Response) -> Response:
    """Set the security and caching headers of an answer; a view's own choices stand."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    _cache(response)
    return response


def _cache(response: Response) -> None:
    if request.endpoint in STATIC:
        if request.args.get("v") and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif "_user_id" in session:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache, private")


def setup_headers(app: Flask) -> None:
    """Send the headers with every answer, errors included."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(harden)
