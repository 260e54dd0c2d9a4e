"""Values per environment: the defaults of each, overridden by the FUNDFLOW_* variables of the process."""

from __future__ import annotations

import os

PREFIX = "FUNDFLOW_"

# Folders outside the package are found by fundflow.platform.locate, which reads these itself.
FOLDERS = {"TEMPLATES_DIR", "WORKFLOWS_DIR", "MIGRATIONS_DIR"}

# Production has no defaults on purpose: whoever runs it says who they are and where things are.
DEFAULTS: dict[str, dict[str, str]] = {
    "production": {},
    "demo": {
        "BASE_URL": "http://127.0.0.1:8000",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": '{"name": "Demo Grant Office", "address": "Rruga e Provës 1, Tirana",'
        ' "email": "grants@office.example"}',
    },
    "test": {
        "BASE_URL": "http://localhost",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": '{"name": "Test Grant Office", "address": "Rruga e Provës 2, Tirana"}',
    },
}

given = {name.removeprefix(PREFIX): value for name, value in os.environ.items() if name.startswith(PREFIX)}
environment = given.get("ENVIRONMENT", "production")
shared = {"DATABASE_URL": os.environ["DATABASE_URL"]} if os.environ.get("DATABASE_URL") else {}

SETTINGS = {
    **DEFAULTS.get(environment, {}),
    **shared,
    **{name: value for name, value in given.items() if name not in FOLDERS},
}
