"""What no database can hold is refused before any page sees it: a value with the character of code 0."""

from __future__ import annotations

from flask import Flask, abort, request

NUL = "\x00"


def _refuse() -> None:
    """Browsers never send it; programs that try what happens do."""
    sent = [request.path, *request.args.keys(), *request.form.keys()]
    sent += [text for values in (request.args, request.form) for _key, text in values.items(multi=True)]
    if any(NUL in text for text in sent):
        abort(400)


def setup_legible(app: Flask) -> None:
    """Look at every request once."""
    app.before_request(_refuse)
