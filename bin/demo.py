"""Prepares, shows and serves the demo office; bin/demo starts it once everything is installed."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import psycopg
from alembic.script import ScriptDirectory
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fundflow.platform import embedded  # noqa: E402  # the checkout is not installed, its root has to be named first
from fundflow.platform.locate import locate  # noqa: E402

ADDRESS = "127.0.0.1"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]


class Fault(Exception):
    """One sentence for the person at the terminal."""


class Ended(Exception):
    """Somebody asked the demo to end."""


def main() -> None:
    """Run the demo and turn every foreseeable fault into one sentence and status 1."""
    options = parse()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, end)
    with contextlib.ExitStack() as running:
        try:
            run(options, running)
        except Ended:
            running.close()
            sys.exit(128 + signal.SIGINT)
        except (Fault, embedded.EmbeddedFault) as fault:
            running.close()
            sys.exit(str(fault))


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="bin/demo")
    parser.add_argument("--no-serve", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=embedded.default_data_dir())
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    options.command = options.command[1:] if options.command[:1] == ["--"] else options.command
    options.no_serve = options.no_serve or bool(options.command)
    return options


def run(options: argparse.Namespace, running: contextlib.ExitStack) -> None:
    """Everything in order; what has to be ended is put on `running`."""
    if not options.no_serve:
        require_free(options.port)
    data: Path = options.data.absolute()
    make_folders(data)
    url = database(data, running)
    environment = settings(data, url, options.port)
    if options.command:
        flask(environment, *options.command)
        return
    prepare(data, url, environment)
    remember(environment)
    flask(environment, "demo", "run")
    if not options.no_serve:
        with contextlib.suppress(Ended):
            serve(data, options.port, environment, running)
        say("Ending ...")


def say(text: str) -> None:
    """Tell the person what happens; on the error stream, so that results stay apart."""
    print(text, file=sys.stderr, flush=True)


def end(_number: int, _frame: FrameType | None) -> None:
    """Turn the first signal into Ended; further ones must not disturb the tidying up."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Ended


def require_free(port: int) -> None:
    """Refuse a port that another program listens on, before anything takes time."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            reason = "taken by another program" if isinstance(error, OSError) else "not a port"
            raise Fault(f"Port {port} is {reason}; choose another one: bin/demo --port {port + 1}") from None


def make_folders(data: Path) -> None:
    """The demo's own folders, for the present user alone."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        for name in ("files", "mails", "logs"):
            (data / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"The data folder {data} cannot be used ({error.strerror}); choose another: --data"
        ) from None


def database(data: Path, running: contextlib.ExitStack) -> str:
    """The address of the demo's database: that of the environment, else of PostgreSQL from the wheel."""
    given = os.environ.get("FUNDFLOW_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if not given:
        say("Starting PostgreSQL ...")
        server = embedded.start(data / "postgresql")
        running.callback(server.stop)
        return embedded.ensure_database(server.url, "fundflow")
    url = given.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        place = "the address in DATABASE_URL"
        with contextlib.suppress(psycopg.Error):
            parts = conninfo_to_dict(url)
            place = f"{parts.get('host', 'localhost')}, database {parts.get('dbname', '')}"
        reason = str(error).strip().splitlines()[-1].strip()
        raise Fault(f"The database cannot be reached ({place}): {reason}") from None
    return url


def settings(data: Path, url: str, port: int) -> dict[str, str]:
    """The environment of the demo's processes; its secrets are made once and kept in the data folder."""
    kept = data / "secrets.json"
    if not kept.exists():
        made = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "SECURITY_PASSWORD_SALT")}
        write_private(kept, json.dumps(made))
    values = {
        **json.loads(kept.read_text()),
        "ENVIRONMENT": "demo",
        "BASE_URL": f"http://{ADDRESS}:{port}",
        "STORAGE_URL": (data / "files").as_uri(),
        "MAIL_URL": f"folder:{data / 'mails'}",
    }
    named = {f"FUNDFLOW_{name}": value for name, value in {**values, "DATABASE_URL": url}.items()}
    return {**named, **os.environ, "FUNDFLOW_DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}


def remember(environment: dict[str, str]) -> None:
    """Keep the settings where config.py finds them in a shell that has none of its own."""
    (ROOT / ".data").mkdir(exist_ok=True)
    lines = [
        f"{name}={shlex.quote(value)}\n"
        for name, value in environment.items()
        if name.startswith("FUNDFLOW_")
    ]
    write_private(ROOT / ".data" / "fundflow.env", "".join(lines))


def write_private(path: Path, text: str) -> None:
    """Write a file that holds secrets, readable by the present user alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)


def prepare(data: Path, url: str, environment: dict[str, str]) -> None:
    """Bring the schema and the programmes up to date; quick when neither changed since the last start."""
    script = ScriptDirectory(str(locate("migrations")))
    heads = set(script.get_heads())
    current = schema(url)
    known = {revision.revision for revision in script.walk_revisions()}
    if current - known:
        raise Fault(
            f"The database has a newer schema ({', '.join(sorted(current - known))}) than this checkout; "
            "update the checkout, or choose another database or --data folder."
        )
    if current != heads:
        step("Migrating the database", data, environment, "db", "upgrade")
    stamp = data / "published"
    state = fingerprint(url)
    if not stamp.exists() or stamp.read_text() != state or current != heads:
        step("Checking the programmes", data, environment, "programmes", "check")
        step("Publishing the programmes", data, environment, "programmes", "publish", "--all")
        stamp.write_text(state)


def schema(url: str) -> set[str]:
    """The migrations that the database stands on; none when it is new."""
    with psycopg.connect(url) as connection:
        if connection.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return set()
        return {row[0] for row in connection.execute("select version_num from alembic_version")}


def fingerprint(url: str) -> str:
    """A mark that changes with the database, the programmes' files and the code that reads them."""
    digest = hashlib.sha256(url.encode())
    for folder, pattern in ((locate("workflows"), "*.yaml"), (ROOT / "fundflow", "*.py")):
        for path in sorted(folder.rglob(pattern)):
            digest.update(f"{path.relative_to(folder)} ".encode() + path.read_bytes())
    return digest.hexdigest()


def step(title: str, data: Path, environment: dict[str, str], *command: str) -> None:
    """Run a command of the application quietly; its output is kept, and its last line told when it fails."""
    say(f"{title} ...")
    log = data / "logs" / f"{'-'.join(command[:2])}.log"
    with log.open("w") as output:
        done = subprocess.run(
            [*FLASK, *command], cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        raise Fault(f"{title} failed: {last_line(log)} (all of it: {log})")


def flask(environment: dict[str, str], *command: str) -> None:
    """Run a command of the application before the person's eyes."""
    done = subprocess.run([*FLASK, *command], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise Fault(f"`flask --app wsgi {' '.join(command)}` ended with status {done.returncode}.")


def last_line(log: Path) -> str:
    """The last thing a program said."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"


def serve(data: Path, port: int, environment: dict[str, str], running: contextlib.ExitStack) -> None:
    """Serve the web and a worker until a signal comes or one of them ends by itself."""
    say("Starting the web and the worker ...")
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    commands = {
        "web": [*gunicorn, "--workers", "2", "--bind", f"{ADDRESS}:{port}", "wsgi:app"],
        "worker": [*FLASK, "worker"],
    }
    processes: dict[str, subprocess.Popen[bytes]] = {}
    for name, command in commands.items():
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
        with (data / "logs" / f"{name}.log").open("w") as output:
            processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        running.callback(stop, processes[name])
    flask(environment, "demo", "sign-ins")  # told while they start
    started = time.monotonic()
    while not answers(port):
        watch(processes, data)
        if time.monotonic() - started > 60:
            raise Fault(f"The web does not answer after a minute; its log is {data / 'logs' / 'web.log'}.")
        time.sleep(0.2)
    print(
        f"\nOpen http://{ADDRESS}:{port}/ (Ctrl-C ends it; logs, mails and files are in {data})", flush=True
    )
    while True:
        watch(processes, data)
        time.sleep(0.5)


def answers(port: int) -> bool:
    """Whether the start page comes back."""
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise Fault(f"The start page answers {error.code}; see the logs.") from None
    except OSError:
        return False


def watch(processes: dict[str, subprocess.Popen[bytes]], data: Path) -> None:
    """Raise Fault when one of the processes is gone."""
    for name, process in processes.items():
        if process.poll() is not None:
            log = data / "logs" / f"{name}.log"
            raise Fault(f"The {name} ended by itself: {last_line(log)} (all of it: {log})")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process that was started here: asked first, then made to."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    main()
