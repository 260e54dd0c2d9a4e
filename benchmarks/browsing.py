"""A small browser without scripts: cookies, forms with their token, and what each answer cost."""

from __future__ import annotations

import http.client
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask

from benchmarks.stage import PASSWORD

AGENT = "fundflow-benchmark"
HEADER = "X-Statements"  # of benchmarks.wsgi, which cannot be imported without its settings
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_VERSION = re.compile(r'name="seen_version"[^>]*value="(\d+)"')
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A page with its price: seconds until the last byte, bytes on the wire, SQL statements."""

    status: int
    text: str
    location: str
    seconds: float
    size: int
    statements: int

    @property
    def token(self) -> str:
        """The token that the next form must carry."""
        found = _TOKEN.search(self.text)
        return found[1] if found else ""

    @property
    def seen_version(self) -> str:
        """Which version of a row the page shows."""
        found = _VERSION.search(self.text)
        return found[1] if found else "0"


class Browser:
    """One signed-in person."""

    def __init__(self, port: int, cookies: Mapping[str, str]) -> None:
        self.port, self.cookies, self.token = port, dict(cookies), ""

    def get(self, path: str) -> Answer:
        """A page; its form's token is kept for the next post."""
        answer = self._ask("GET", path, None, {})
        self.token = answer.token or self.token
        return answer

    def post(self, path: str, fields: Fields) -> Answer:
        """A form; files are (name, bytes)."""
        body, kind = _multipart({"csrf_token": self.token, **fields})
        return self._ask("POST", path, body, {"Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        sent = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "User-Agent": AGENT, "Referer": f"http://127.0.0.1:{self.port}{path}", "Accept-Encoding": "identity",
        } | headers  # fmt: skip
        began = time.perf_counter()
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        data = response.read()
        seconds = time.perf_counter() - began
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        connection.close()
        place = urlsplit(response.getheader("Location") or "")
        location = place.path + (f"?{place.query}" if place.query else "")
        count = int(response.getheader(HEADER) or 0)
        return Answer(response.status, data.decode("utf-8", "replace"), location, seconds, len(data), count)


def sign_in(app: Flask, port: int, email: str) -> Browser:
    """A browser with the cookie of somebody who signed in; the password is checked in this process, not in a worker."""
    with ThreadPoolExecutor(
        1
    ) as alone:  # a thread of its own, for the application context here is not a request's
        return Browser(port, alone.submit(_cookies, app, email).result())


def _cookies(app: Flask, email: str) -> dict[str, str]:
    client = app.test_client()
    agent = {"User-Agent": AGENT}
    page = client.get("/login", headers=agent)
    token = _TOKEN.search(page.text)
    if token is None:
        raise RuntimeError(f"the page to sign in: {page.status}")
    sent = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
    answer = client.post("/login", data=sent, headers=agent)
    if answer.status_code != 302:
        raise RuntimeError(f"{email} could not sign in: {answer.status}")
    return {cookie.key: cookie.value for cookie in (client._cookies or {}).values()}  # noqa: SLF001 - there is no public way


def _multipart(fields: Fields) -> tuple[bytes, str]:
    if not any(isinstance(value, tuple) for value in fields.values()):
        pairs = [(name, each) for name, value in fields.items() for each in _listed(value)]
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    edge = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        for each in _listed(value):
            is_file = isinstance(each, tuple)
            extra = f'; filename="{each[0]}"\r\nContent-Type: application/pdf' if is_file else ""
            data = each[1] if is_file else str(each).encode()
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
            parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
