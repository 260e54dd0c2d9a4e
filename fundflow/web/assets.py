"""Style sheets and scripts: Bootstrap's from its wheel, ours from `static/`, each under its hash."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import flask_bootstrap
from flask import Blueprint, Flask, has_request_context, request

from fundflow.web.access import PUBLIC, declare

OURS = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"


@lru_cache(maxsize=256)
def _fingerprint(path: str, _modified: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def setup_assets(app: Flask) -> None:
    """Serve the static files; each address by url_for carries the file's hash, so caches may keep it."""
    for name, folder in (("web", OURS), ("bootstrap", BOOTSTRAP)):
        files = Blueprint(name, __name__, static_folder=str(folder), static_url_path=f"/assets/{name}")
        app.register_blueprint(files)
    for endpoint in ("web.static", "bootstrap.static"):
        declare(app, endpoint, ["GET"], PUBLIC)

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if not endpoint.endswith(".static") or "filename" not in values:
            return
        folder = app.blueprints[endpoint.removesuffix(".static")].static_folder
        file = Path(folder or "") / values["filename"]
        if file.is_file():
            values.setdefault("v", _fingerprint(str(file), file.stat().st_mtime_ns))


def setup_addresses(app: Flask) -> None:
    """Let templates ask for the same plain address again and again: it is worked out once, hash and all.

    Only a developer's server looks at each file again.
    """
    known: dict[tuple[str, str, str], str] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        plain = not values or (values.keys() == {"filename"} and endpoint.endswith(".static"))
        if not plain or app.debug or endpoint.startswith(".") or not has_request_context():
            return app.url_for(endpoint, **values)
        key = (request.script_root, endpoint, values.get("filename", ""))
        if key not in known:
            known[key] = app.url_for(endpoint, **values)
        return known[key]

    app.jinja_env.globals["url_for"] = app.extensions["fundflow.url_for"] = url_for
