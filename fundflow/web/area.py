"""A blueprint whose routes cannot be written without saying who may enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from fundflow.platform.db import db
from fundflow.web.access import Access, declare

View = TypeVar("View", bound=Callable[..., Any])


class Area(Blueprint):
    """A blueprint; `access=` is required of each route, so that leaving it out fails at import."""

    def route(  # type: ignore[override]  # stricter than Flask's on purpose
        self,
        rule: str,
        *,
        access: Access,
        methods: Sequence[str] = ("GET",),
        records: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view; `records` lets a GET open a transaction, to note a sensitive read."""

        def register(view: View) -> View:
            endpoint = options.pop("endpoint", None) or view.__name__
            guarded = _guarded(view, access, records=records)
            self.add_url_rule(rule, endpoint, guarded, methods=list(methods), **options)
            self.record(lambda state: _note(state, f"{self.name}.{endpoint}", methods, access))
            return view

        return register

    def get(  # type: ignore[override]
        self, rule: str, *, access: Access, records: bool = False, **options: Any
    ) -> Callable[[View], View]:
        """Register a view that reads."""
        return self.route(rule, access=access, methods=("GET",), records=records, **options)

    def post(  # type: ignore[override]
        self, rule: str, *, access: Access, **options: Any
    ) -> Callable[[View], View]:
        """Register a view that acts."""
        return self.route(rule, access=access, methods=("POST",), **options)


def _note(state: BlueprintSetupState, endpoint: str, methods: Sequence[str], access: Access) -> None:
    declare(state.app, endpoint, methods, access)


def _guarded(
    view: Callable[..., Any], access: Access, *, records: bool
) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        access.enforce()
        if request.method in {"GET", "HEAD"} and not records:
            with _reading():
                result: ResponseReturnValue = view(*args, **values)
            return result
        answer: ResponseReturnValue = view(*args, **values)
        return answer

    return guarded


@contextmanager
def _reading() -> Iterator[None]:
    """Mark the session so that transaction() refuses: a read never writes by accident."""
    info = db.session().info
    info["reading"] = True
    try:
        yield
    finally:
        info.pop("reading", None)
