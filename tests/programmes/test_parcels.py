"""Zips of programmes: what harms is refused in words, nothing is kept, and what comes out is what went in."""

import io
import stat
import zipfile

import pytest
from sqlalchemy import select

from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid
from fundflow.programmes import ProgrammeVersion, folders, latest_version, publish, read_folder
from fundflow.programmes.drafts import discard, draft, publish_draft, send_in
from fundflow.programmes.models import ProgrammeDraft
from fundflow.programmes.parcels import pack, unpack
from tests.disbursement.office import person


def zipped(*files, link=None, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as parcel:
        for name, content in files:
            parcel.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            parcel.writestr(entry, "/etc/passwd")
    return made.getvalue()


GOOD = ("programme.yaml", "slug: new_fund\n")


@pytest.mark.parametrize("slug", sorted(folders()))
def test_what_goes_in_comes_out(slug):
    files = read_folder(folders()[slug])
    parcel = pack(slug, files)
    assert unpack(parcel) == files
    assert pack(slug, files) == parcel


@pytest.mark.parametrize(
    ("parcel", "words"),
    [
        (b"", "Choose a zip file."),
        (b"slug: new_fund", "This is not a zip file that can be read."),
        (zipped(GOOD)[:-40], "This is not a zip file that can be read."),
        (zipped(GOOD, ("../evil.yaml", "x")), "“../evil.yaml” would leave the programme's folder."),
        (zipped(GOOD, ("/etc/evil.yaml", "x")), "“/etc/evil.yaml” would leave the programme's folder."),
        (zipped(GOOD, ("a\\..\\evil.yaml", "x")), "would leave the programme's folder."),
        (zipped(GOOD, ("C:/evil.yaml", "x")), "“C:/evil.yaml” would leave the programme's folder."),
        (zipped(GOOD, ("a/b/c/d/e.yaml", "x")), "“a/b/c/d/e.yaml” would leave the programme's folder."),
        (zipped(GOOD, link="forms/link.yaml"), "“forms/link.yaml” is a link; links are not read."),
        (zipped(GOOD, *((f"forms/f{n}.yaml", "") for n in range(500))), "The zip holds more than 500 files."),
        (
            zipped(GOOD, ("forms/bomb.yaml", b"\0" * 60_000_000)),
            "“forms/bomb.yaml” is too large, or all files",
        ),
        (
            zipped(GOOD, *((f"forms/f{n}.yaml", b" " * 900_000) for n in range(6))),
            "is too large, or all files",
        ),
        (zipped(GOOD, ("forms/f.yaml", b"\xff\xfe")), "“forms/f.yaml” is not UTF-8 text."),
        (zipped(GOOD, ("forms/f.yaml", b"a: \0")), "“forms/f.yaml” is not UTF-8 text."),
        (zipped(("forms/f.yaml", "x")), "There is no programme.yaml in the zip."),
        (b"x" * 2_000_001, "The file is larger than 2 MB."),
    ],
)
def test_what_harms_is_refused_in_words(parcel, words):
    with pytest.raises(Invalid) as fault:
        unpack(parcel)
    assert set(fault.value.errors) == {"parcel"}
    assert words in fault.value.errors["parcel"]


def test_a_zip_says_smaller_sizes_than_it_has():
    """The size in the directory of the zip is not believed."""
    parcel = bytearray(zipped(GOOD, ("forms/f.yaml", b" " * 3_000_000)))
    real, said = (3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert parcel.count(real) == 2
    with pytest.raises(Invalid):
        unpack(bytes(parcel.replace(real, said)))


def test_other_files_are_left_aside():
    assert unpack(zipped(("fund/programme.yaml", "slug: a"), ("fund/README.md", "Read me."))) == {
        "programme.yaml": "slug: a"
    }


@pytest.fixture
def manager(session):
    return person("programme_manager")


def micro():
    return read_folder(folders()["micro_grant"])


def test_a_draft_is_published_as_it_was_looked_at(manager):
    with transaction():
        row = send_in(actor=manager, parcel=pack("micro_grant", micro()))
    with transaction():
        version = publish_draft(actor=manager, draft_id=row.id, sha256=row.sha256)
    assert (version.number, version.published_by) == (1, manager.user_id)
    assert db.session.scalars(select(ProgrammeDraft)).all() == []


def test_a_draft_that_was_replaced_is_not_published_unseen(manager):
    with transaction():
        row = send_in(actor=manager, parcel=pack("micro_grant", micro()))
        seen = row.sha256
    with transaction():
        send_in(actor=manager, parcel=pack("micro_grant", micro() | {"more.yaml": "a: 1"}))
    with pytest.raises(Conflict), transaction():
        publish_draft(actor=manager, draft_id=row.id, sha256=seen)
    assert db.session.scalars(select(ProgrammeVersion)).all() == []


def test_a_draft_with_errors_is_kept_and_not_published(manager):
    files = micro()
    name = "machines/application.yaml"
    with transaction():
        publish(actor_id=None, files=files)
        row = send_in(
            actor=manager,
            parcel=pack("micro_grant", files | {name: files[name].replace("initial:", "initail:")}),
        )
    with pytest.raises(Invalid) as fault, transaction():
        publish_draft(actor=manager, draft_id=row.id, sha256=row.sha256)
    assert all(place.startswith(name) for place in fault.value.errors)
    assert latest_version("micro_grant").number == 1
    assert draft(row.id).sha256 == row.sha256
    with transaction():
        discard(actor=manager, draft_id=row.id)
    assert db.session.scalars(select(ProgrammeDraft)).all() == []


def test_only_who_publishes_sends_in(session):
    officer = person("programme_officer")
    with pytest.raises(Forbidden), transaction():
        send_in(actor=officer, parcel=pack("micro_grant", micro()))


@pytest.mark.parametrize("text", ["slug: [", "- a\n", "slug: ../x\n", "title: x\n"])
def test_a_zip_without_a_name_is_refused(manager, text):
    with pytest.raises(Invalid), transaction():
        send_in(actor=manager, parcel=zipped(("programme.yaml", text)))
