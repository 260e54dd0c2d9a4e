"""The PostgreSQL of the wheel: shared while it is used, stopped by the last user, clear when it cannot."""

import os
from pathlib import Path

import psycopg
import pytest

from fundflow.platform import embedded


@pytest.fixture
def server():
    with embedded.temporary() as running:
        yield running


def ask(url, question, *values):
    with psycopg.connect(url) as connection:
        return connection.execute(question, values).fetchone()


def test_temporary_server_answers_and_is_gone_afterwards():
    with embedded.temporary() as server:
        assert ask(server.url, "select 1") == (1,)
        assert ask(server.url, "show fsync") == ("off",)
        folder = server.data_dir
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url)


def test_second_user_shares_the_server_and_the_last_one_stops_it(server):
    second = embedded.start(server.data_dir)
    assert (server.began, second.began) == (True, False)
    server.stop()
    assert ask(second.url, "select 1") == (1,)
    second.stop()
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second.url)


def test_data_outlives_a_stop_and_survives_power_cuts_when_durable(server):
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept (value text)")
        connection.execute("insert into kept values ('ë Γ à')")
    server.stop()
    again = embedded.start(server.data_dir)
    try:
        assert again.began
        assert ask(again.url, "select value from kept") == ("ë Γ à",)
        assert ask(again.url, "show fsync") == ("on",)
    finally:
        again.stop()


def test_pid_file_of_a_foreign_process_does_not_hinder_a_start(server):
    server.stop()
    pid_file = server.data_dir / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data_dir / 'cluster'}\n1\n5432\n\n\n0 0\nready\n")
    again = embedded.start(server.data_dir)
    assert ask(again.url, "select 1") == (1,)
    again.stop()


def test_databases_are_made_once_copied_and_dropped(server):
    url = embedded.ensure_database(server.url, "office")
    assert ask(url, "select current_database()") == ("office",)
    with psycopg.connect(url) as connection:
        connection.execute("create table copied as select 7 as value")
    assert embedded.ensure_database(server.url, "office") == url
    copy = embedded.ensure_database(server.url, "copy", template="office")
    assert ask(copy, "select value from copied") == (7,)
    embedded.drop_database(server.url, "copy")
    assert ask(server.url, "select count(*) from pg_database where datname = 'copy'") == (0,)


def test_words_of_all_languages_fold_and_sort(server):
    assert ask(server.url, "select lower('ΆΈ Ë Ç À')") == ("άέ ë ç à",)


def test_socket_of_a_long_folder_is_kept_elsewhere(server):
    long = server.data_dir.parent / ("a long name " * 9)
    other = embedded.start(long, durable=False)
    try:
        assert ask(other.url, "select 1") == (1,)
    finally:
        other.stop()


def test_data_of_another_version_is_left_alone_with_a_sentence(server):
    server.stop()
    (server.data_dir / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(embedded.EmbeddedFault) as fault:
        embedded.start(server.data_dir)
    assert str(fault.value) == (
        f"The data in {server.data_dir} belongs to PostgreSQL 15, this is 18; "
        "move the folder away or set DATABASE_URL."
    )


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        embedded.EmbeddedFault, match=r"^The folder .*/file/db for PostgreSQL's data cannot be used: "
    ):
        embedded.start(tmp_path / "file" / "db")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the data to another account")
def test_root_is_told_when_the_data_folder_is_out_of_reach(tmp_path):
    tmp_path.chmod(0o700)
    with pytest.raises(
        embedded.EmbeddedFault, match=f"may not enter {tmp_path.parent}|may not enter {tmp_path}"
    ):
        embedded.start(tmp_path / "db")


def test_default_folder_fits_the_user():
    expected = Path("/var/lib/fundflow") if os.geteuid() == 0 else Path.home() / ".local/share/fundflow"
    assert embedded.default_data_dir() == expected
