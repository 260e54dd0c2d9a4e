"""The table of routes: who may call what. Write it anew and read the difference:

python -m tests.architecture.routes > tests/architecture/routes.txt
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flask import Flask

from fundflow.web.access import table

LIST = Path(__file__).with_name("routes.txt")


def lines(app: Flask) -> list[str]:
    """Each route as method, path, endpoint and who may call it, in order of path."""
    known = table(app)
    rows = [
        (rule.rule, method, rule.endpoint, known[rule.endpoint, method].name)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if (rule.endpoint, method) in known
    ]
    return [f"{method:<5} {rule:<66} {endpoint:<40} {who}" for rule, method, endpoint, who in sorted(rows)]


if __name__ == "__main__":
    from fundflow.app import create_app
    from tests.conftest import settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings("postgresql://nobody@localhost/none", Path(folder)))
    sys.stdout.write("\n".join(lines(app)) + "\n")
