"""Finds the folders that stand outside the package; nobody else builds such a path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

Folder = Literal["templates", "workflows", "migrations"]

_PACKAGE = Path(__file__).resolve().parent.parent


def locate(name: Folder) -> Path:
    """The folder `name`: from FUNDFLOW_<NAME>_DIR, else packaged, else beside the package in a checkout.

    Raises FileNotFoundError with every place that was tried.
    """
    override = os.environ.get(f"FUNDFLOW_{name.upper()}_DIR")
    places = [Path(override)] if override else [_PACKAGE / "_data" / name, _PACKAGE.parent / name]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no folder {name!r}; tried: {', '.join(map(str, places))}")
