"""The application that gunicorn and `flask --app wsgi` serve."""

from pathlib import Path

from fundflow.app import create_app

app = create_app(Path(__file__).with_name("config.py"))
