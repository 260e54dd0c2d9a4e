"""HTML to PDF/A-3a with WeasyPrint; on one machine equal input gives equal bytes."""

from __future__ import annotations

import atexit
import logging
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fundflow.documents.render import stylesheet
from fundflow.documents.typesetter import RenderFault, engine, faces

VARIANT = "pdf/a-3a"
ATTACHMENT = "snapshot.json"

_one_at_a_time = threading.Lock()


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    """Opens data that the page itself carries, and stops the rendering for anything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415 - only workers pay for it

    class Closed(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.lower().startswith("data:"):
                raise FatalURLFetchingError(f"a letter refers to nothing outside itself, not to {url[:80]}")
            return super().fetch(url, headers)

    return Closed(allowed_protocols={"data"}, allow_redirects=False)


@lru_cache(maxsize=1)
def _setting() -> tuple[Any, Any]:
    """The fonts and styles of this process, read once: a font configuration per letter would leak memory."""
    faces()
    from weasyprint import CSS  # noqa: PLC0415 - only workers pay for it
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    configuration = FontConfiguration()
    sheet = CSS(string=stylesheet(), url_fetcher=_fetcher(), font_config=configuration)
    atexit.register(_setting.cache_clear)  # fonts are given back while the library is still there
    return configuration, sheet


def to_pdf(html: str, snapshot_json: bytes, *, created: datetime, identifier: str) -> bytes:
    """A tagged PDF/A-3a of the page with the snapshot inside it as its source.

    `created` dates the file and `identifier` names it, so that bytes repeat. Raises RenderFault.
    """
    engine()
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 - only workers pay for it

    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # WeasyPrint leaves its colour profile to be collected
        try:
            return _write(html, snapshot_json, created.astimezone(UTC), identifier)
        except FatalURLFetchingError as fault:
            raise RenderFault(str(fault.__cause__ or fault)) from fault


def _write(html: str, snapshot_json: bytes, created: datetime, identifier: str) -> bytes:
    from weasyprint import HTML, Attachment  # noqa: PLC0415 - only workers pay for it

    configuration, sheet = _setting()
    snapshot = Attachment(
        string=snapshot_json,
        name=ATTACHMENT,
        description="The facts that this document was made from",
        relationship="Source",
        created=created,
        modified=created,
        url_fetcher=_fetcher(),
    )
    write: Callable[..., bytes] = HTML(string=html, url_fetcher=_fetcher()).write_pdf
    return write(
        stylesheets=[sheet],
        font_config=configuration,
        attachments=[snapshot],
        pdf_variant=VARIANT,
        pdf_identifier=identifier.encode(),
    )
