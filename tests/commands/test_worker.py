"""A worker that could not make a PDF does not start: it says which package the machine lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_worker_without_the_typeface_does_not_start(app, tmp_path):
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    settings = {
        "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"),
        "FUNDFLOW_ENVIRONMENT": "demo",
        "FUNDFLOW_SECRET_KEY": "k3y-for-tests-only-9f2b7c5a1d8e4f60",
        "FUNDFLOW_SECURITY_PASSWORD_SALT": "s4lt-for-tests-only-5b1d9e7a3c2f8046",
        "FUNDFLOW_STORAGE_URL": (tmp_path / "files").as_uri(),
        "FUNDFLOW_MAIL_URL": f"folder:{tmp_path / 'mails'}",
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--until-empty"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: PDFs cannot be made here: the typeface Open Sans (Regular, Italic, Semibold, Bold) cannot be found. "
        "Run bin/setup, or install fonts-open-sans (Debian's names)."
    )
    assert "Traceback" not in done.stderr
