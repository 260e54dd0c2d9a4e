"""Values per environment: the defaults of each, overridden by the FUNDFLOW_* variables of the process.

A shell without any such variable gets the settings of the demo that bin/demo last prepared in this checkout.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

PREFIX = "FUNDFLOW_"

# Folders outside the package are found by fundflow.platform.locate, which reads these itself.
FOLDERS = {"TEMPLATES_DIR", "WORKFLOWS_DIR", "MIGRATIONS_DIR"}

# Production has no defaults on purpose: whoever runs it says who they are and where things are.
DEFAULTS: dict[str, dict[str, str]] = {
    "production": {},
    "demo": {
        "BASE_URL": "http://127.0.0.1:8000",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": '{"name": "Demo Grant Office", "address": "Rruga e Provës 1, Tirana", "phone": "+355 4 200 0000",'
        ' "email": "grants@office.example"}',
    },
    "test": {
        "BASE_URL": "http://localhost",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": '{"name": "Test Grant Office", "address": "Rruga e Provës 2, Tirana"}',
    },
}

DEMO = Path(__file__).with_name(".data") / "fundflow.env"


def named(variables: dict[str, str]) -> dict[str, str]:
    """The settings among some variables, without their prefix."""
    names = {name: name.removeprefix(PREFIX) for name in variables if name.startswith(PREFIX)}
    return {short: variables[name] for name, short in names.items() if short not in FOLDERS}


given = named(dict(os.environ))
kept: dict[str, str] = {}
if not given and DEMO.exists():
    kept = named(dict(word.split("=", 1) for word in shlex.split(DEMO.read_text())))
environment = given.get("ENVIRONMENT") or kept.get("ENVIRONMENT", "production")
shared = {"DATABASE_URL": os.environ["DATABASE_URL"]} if os.environ.get("DATABASE_URL") else {}

SETTINGS = {**DEFAULTS.get(environment, {}), **kept, **shared, **given}
