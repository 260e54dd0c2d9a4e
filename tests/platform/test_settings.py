"""Settings: each fault is one sentence that names the setting, and nothing unsafe starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from fundflow.settings import Mail, Settings, SettingsFault, load_settings

ROOT = Path(__file__).parents[2]
GOOD = {
    "SECRET_KEY": "4f1c9e0b7d2a48c6a1e35b7090dfe812",
    "SECURITY_PASSWORD_SALT": "9b2ce1407fa3d658e1c40b77aa02",
    "DATABASE_URL": "postgresql://office:pw@db.internal/fundflow",
    "BASE_URL": "https://grants.gov.al/",
    "STORAGE_URL": "/var/lib/fundflow/files",
    "MAIL_URL": "smtp+starttls://post%40gov.al:p%3Aw@mail.gov.al",
    "MAIL_FROM": "grants@gov.al",
    "OFFICE": '{"name": "Zyra e Granteve", "address": "Tiranë"}',
}


def fault(**changes):
    with pytest.raises(SettingsFault) as caught:
        load_settings({**GOOD, **changes})
    return str(caught.value)


def test_good_settings_reach_flask_under_its_own_names():
    flask = load_settings(GOOD).for_flask()
    assert flask["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://office:pw@db.internal/fundflow"
    assert flask["BASE_URL"] == "https://grants.gov.al"
    assert flask["STORAGE_URL"] == "file:///var/lib/fundflow/files"
    assert flask["OFFICE"]["name"] == "Zyra e Granteve"
    assert flask["SESSION_COOKIE_SECURE"] is True
    assert flask["SESSION_COOKIE_NAME"] == "__Host-fundflow"
    assert flask["MAX_CONTENT_LENGTH"] == 20 * 1024 * 1024
    assert (flask["DEMO"], flask["TESTING"]) == (False, False)


def test_mail_addresses():
    mail = load_settings(GOOD).mail_url
    assert mail == Mail(host="mail.gov.al", port=587, user="post@gov.al", password="p:w", tls="starttls")
    assert Mail.parse("smtps://mail:1465") == Mail(host="mail", port=1465, tls="implicit")
    assert Mail.parse("folder:/var/mails") == Mail(folder=Path("/var/mails"))


def test_secrets_are_not_printed():
    shown = repr(load_settings(GOOD))
    assert [
        secret for secret in (GOOD["SECRET_KEY"], GOOD["SECURITY_PASSWORD_SALT"], "p:w") if secret in shown
    ] == []


@pytest.mark.parametrize("name", GOOD)
def test_missing_setting_is_named(name):
    missing = f"Setting FUNDFLOW_{name} is missing."
    assert fault(**{name: ""}) == missing
    with pytest.raises(SettingsFault) as caught:
        load_settings({other: value for other, value in GOOD.items() if other != name})
    assert str(caught.value) == missing


@pytest.mark.parametrize(
    "value",
    ["changeme", "dev", "secret", "Secret_Key-123", "<your secret>", "CHANGE-ME-" * 4, "test-secret-key"],
)
def test_placeholder_of_a_secret_is_refused(value):
    assert fault(SECRET_KEY=value).startswith("Setting FUNDFLOW_SECRET_KEY is still a placeholder")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "a1b2" * 10, "is too easy to guess; use `openssl rand -hex 32`."),
        ("SECURITY_PASSWORD_SALT", "q8Zr", "is too easy to guess; use `openssl rand -hex 32`."),
        ("COLOUR", "red", "is unknown; deploy/fundflow.env lists all that exist."),
        (
            "DATABASE_URL",
            "sqlite:///x.db",
            "must be a PostgreSQL address like postgresql://user:password@host/database.",
        ),
        ("DATABASE_URL", "postgresql://u:changeme@h/d", "is still a placeholder."),
        ("BASE_URL", "grants.gov.al", "must be a web address like https://grants.example.org."),
        ("BASE_URL", "http://grants.gov.al", "must begin with https:// in production."),
        ("BASE_URL", "https://grants.example.org", "is still a placeholder."),
        ("STORAGE_URL", "files", "must be an absolute folder or a file:// address."),
        (
            "MAIL_URL",
            "mail.gov.al",
            "must be like smtp+starttls://user:password@host:587 or folder:/var/mails.",
        ),
        ("MAIL_FROM", "grants", "must be a mail address."),
        ("MAIL_FROM", "grants@example.org", "is still a placeholder."),
        ("OFFICE", "Zyra", 'must be JSON like {"name": "Grant Office", "address": "..."}.'),
        ("OFFICE", "{}", "(name) is missing."),
        (
            "OFFICE",
            '{"name": "Z", "fax": "1"}',
            "(fax) is unknown; deploy/fundflow.env lists all that exist.",
        ),
    ],
)
def test_unusable_value_is_named(name, value, sentence):
    assert fault(**{name: value}) == f"Setting FUNDFLOW_{name} {sentence}"


def test_storage_of_a_kind_that_is_not_installed_is_refused():
    assert fault(STORAGE_URL="nowhere://files").startswith(
        "Setting FUNDFLOW_STORAGE_URL names a kind of storage"
    )


def start(**environment):
    """What a process says that loads the configuration file with this environment and no other."""
    code = "import pathlib, fundflow.settings as s; s.load_settings(pathlib.Path('config.py'))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_the_environment_is_read_by_the_configuration_file():
    given = {f"FUNDFLOW_{name}": value for name, value in GOOD.items()}
    assert start(**given).returncode == 0
    assert start(**given, FUNDFLOW_TEMPLATES_DIR="/srv/templates").returncode == 0
    assert start(DATABASE_URL=given.pop("FUNDFLOW_DATABASE_URL"), **given).returncode == 0


def test_a_fault_is_printed_without_a_traceback():
    given = {f"FUNDFLOW_{name}": value for name, value in GOOD.items()} | {"FUNDFLOW_SECRET_KEY": "changeme"}
    said = start(**given)
    assert (said.returncode, said.stderr) == (1, "Setting FUNDFLOW_SECRET_KEY is still a placeholder.\n")


def test_every_setting_is_in_the_sample_of_the_deployment():
    sample = (ROOT / "deploy" / "fundflow.env").read_text()
    assert [name for name in Settings.model_fields if f"FUNDFLOW_{name.upper()}=" not in sample] == []
