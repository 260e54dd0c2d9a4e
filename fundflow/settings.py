"""The typed list of all settings; it names what is missing, unknown or a placeholder and refuses to start."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from fsspec import get_filesystem_class
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

PREFIX = "FUNDFLOW_"
_PLACEHOLDER = re.compile(r"change.?me|replace.?me|placeholder|your[-_ ]|<[^>]*>|todo|xxxx", re.IGNORECASE)
_WEAK_SECRET = re.compile(
    r"^\W*((dev|test|secret|password|key|salt|insecure|default|example)[\W\d_]*)+$", re.IGNORECASE
)


class SettingsFault(SystemExit):
    """A setting is missing, unknown or unusable: one sentence per fault, each naming the setting.

    It is a SystemExit because the program must not start: the sentence is printed and the status is 1.
    """


def _no_placeholder(value: str) -> str:
    if _PLACEHOLDER.search(value):
        raise ValueError("is still a placeholder")
    return value


def _secret(value: str) -> str:
    if _WEAK_SECRET.match(value):
        raise ValueError("is still a placeholder; use `openssl rand -hex 32`")
    if len(value) < 24 or len(set(value)) < 8:
        raise ValueError("is too easy to guess; use `openssl rand -hex 32`")
    return value


def _database(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not rest:
        raise ValueError("must be a PostgreSQL address like postgresql://user:password@host/database")
    return f"postgresql+psycopg://{rest}"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address like https://grants.example.org")
    return value.rstrip("/")


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ValueError("must be a mail address")
    return value


def _folder(value: str) -> Path:
    path = Path(value.removeprefix("file://"))
    if not path.is_absolute():
        raise ValueError("must be an absolute folder or a file:// address")
    return path


def _storage(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if not separator or scheme == "file":
        return _folder(value).as_uri()
    try:
        get_filesystem_class(scheme)
    except (ImportError, ValueError) as error:
        raise ValueError(f"names a kind of storage that is not installed ({error})") from None
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_no_placeholder)]
Secret = Annotated[Text, AfterValidator(_secret)]
Language = Literal["en", "sq", "it", "el"]


class Mail(BaseModel):
    """Where mails go: an SMTP server, or a folder that keeps them as files."""

    model_config = ConfigDict(frozen=True)

    folder: Path | None = None
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = Field("", repr=False)
    tls: Literal["none", "starttls", "implicit"] = "none"

    @classmethod
    def parse(cls, value: Any) -> Mail:
        """The target of folder:/path or smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]."""
        if isinstance(value, Mail):
            return value
        parts = urlsplit(_no_placeholder(str(value)))
        if parts.scheme == "folder":
            return cls(folder=_folder(parts.path))
        schemes: dict[str, tuple[Literal["none", "starttls", "implicit"], int]] = {
            "smtp": ("none", 25),
            "smtp+starttls": ("starttls", 587),
            "smtps": ("implicit", 465),
        }
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError("must be like smtp+starttls://user:password@host:587 or folder:/var/mails")
        tls, port = schemes[parts.scheme]
        return cls(
            host=parts.hostname,
            port=parts.port or port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
        )


class Office(BaseModel):
    """Who runs the programmes: what letterheads, mails and page headers say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    address: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('must be JSON like {"name": "Grant Office", "address": "..."}') from None


class Settings(BaseModel):
    """Every setting of fundflow; the environment variable is the upper-case name with FUNDFLOW_ before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: Literal["production", "demo", "test"] = "production"
    secret_key: Annotated[Secret, Field(repr=False)]
    security_password_salt: Annotated[Secret, Field(repr=False)]
    database_url: Annotated[Text, AfterValidator(_database), Field(repr=False)]
    base_url: Annotated[Text, AfterValidator(_web_address)]
    storage_url: Annotated[Text, AfterValidator(_storage)]
    mail_url: Annotated[Mail, BeforeValidator(Mail.parse)]
    mail_from: Annotated[Text, AfterValidator(_address)]
    office: Annotated[Office, BeforeValidator(_from_json)]
    default_language: Language = "en"
    max_upload_mb: Annotated[int, Field(gt=0, le=500)] = 20
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    ratelimit_storage_uri: Text = "memory://"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def demo(self) -> bool:
        """Whether invented people may be filled in and their sign-ins shown."""
        return self.environment == "demo"

    @property
    def secure(self) -> bool:
        """Whether people reach the pages by https, so that cookies may demand it."""
        return self.base_url.startswith("https://")

    def for_flask(self) -> dict[str, Any]:
        """These settings under the names that Flask and its extensions read, and the whole as FUNDFLOW."""
        return {
            "FUNDFLOW": self,
            "TESTING": self.environment == "test",
            "DEMO": self.demo,
            "BASE_URL": self.base_url,
            "STORAGE_URL": self.storage_url,
            "MAIL": self.mail_url,
            "MAIL_FROM": self.mail_from,
            "OFFICE": self.office.model_dump(),
            "SECRET_KEY": self.secret_key,
            "SECURITY_PASSWORD_SALT": self.security_password_salt,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # A connection is asked whether it still stands before it is used: a restart of the database fails no page.
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
            "SESSION_COOKIE_NAME": "__Host-fundflow" if self.secure else "fundflow",
            "SESSION_COOKIE_SECURE": self.secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PREFERRED_URL_SCHEME": "https" if self.secure else "http",
            "MAX_CONTENT_LENGTH": self.max_upload_mb * 1024 * 1024,
            "BABEL_DEFAULT_LOCALE": self.default_language,
            "RATELIMIT_STORAGE_URI": self.ratelimit_storage_uri,
        }


def load_settings(source: Path | Mapping[str, Any]) -> Settings:
    """The settings from a configuration file (its SETTINGS mapping) or from a mapping of upper-case names.

    Raises SettingsFault with one sentence per missing, unknown or unusable value.
    """
    values = source if isinstance(source, Mapping) else _read(source)
    try:
        settings = Settings.model_validate(
            {name.lower(): value for name, value in values.items() if value != ""}
        )
    except ValidationError as error:
        raise SettingsFault("\n".join(dict.fromkeys(map(_sentence, error.errors())))) from None
    if settings.environment == "production":
        _refuse_unsafe(settings)
    return settings


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise SettingsFault(f"The configuration file {path} does not exist.")
    values: Mapping[str, Any] = runpy.run_path(str(path))["SETTINGS"]
    return values


def _sentence(error: Any) -> str:
    name = PREFIX + str(error["loc"][0]).upper()
    inside = f" ({'.'.join(map(str, error['loc'][1:]))})" if error["loc"][1:] else ""
    if error["type"] == "missing":
        return f"Setting {name}{inside} is missing."
    if error["type"] == "extra_forbidden":
        return f"Setting {name}{inside} is unknown; deploy/fundflow.env lists all that exist."
    if error["type"] == "value_error":
        return f"Setting {name}{inside} {error['ctx']['error']}."
    return f"Setting {name}{inside} cannot be used: {error['msg']}."


def _refuse_unsafe(settings: Settings) -> None:
    host = urlsplit(settings.base_url).hostname or ""
    if not settings.secure and host not in {"localhost", "127.0.0.1", "::1"}:
        raise SettingsFault(f"Setting {PREFIX}BASE_URL must begin with https:// in production.")
    for name, address in (("BASE_URL", host), ("MAIL_FROM", settings.mail_from)):
        if re.search(r"(^|[@.])example\.(org|com|net)$", address):
            raise SettingsFault(f"Setting {PREFIX}{name} is still a placeholder.")
