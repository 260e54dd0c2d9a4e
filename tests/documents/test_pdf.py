"""PDFs: the same bytes anywhere, archival and tagged, readable letters, and no way out of the page."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdf
import pytest

from fundflow.documents.pdf import RenderFault, to_pdf
from fundflow.documents.service import make_pdf
from fundflow.documents.snapshot import canonical, digest
from tests.documents.letters import AT, AWARD, AWARD_FACTS, GREEK, GREEK_FACTS, eur, snapshot_of

HERE = Path(__file__).parent
ELSEWHERE = """
import sys, hashlib
sys.path.insert(0, {root!r})
from tests.documents.letters import AWARD, AWARD_FACTS, GREEK, GREEK_FACTS, snapshot_of
from fundflow.documents.service import make_pdf
make_pdf(snapshot_of(GREEK, GREEK_FACTS, "el"))
print(hashlib.sha256(make_pdf(snapshot_of(AWARD, AWARD_FACTS, "sq"))).hexdigest())
"""


@pytest.fixture(scope="module")
def award() -> bytes:
    return make_pdf(snapshot_of(AWARD, AWARD_FACTS, "sq"))


def text_of(data: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages]
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


def test_the_same_snapshot_gives_the_same_bytes_twice_and_in_another_process(award):
    assert make_pdf(snapshot_of(AWARD, AWARD_FACTS, "sq")) == award
    script = ELSEWHERE.format(root=str(HERE.parent.parent))
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(award).hexdigest()


def test_another_fact_gives_other_bytes(award):
    facts = {**AWARD_FACTS, "award": {**AWARD_FACTS["award"], "amount": eur(1_234_568)}}
    assert make_pdf(snapshot_of(AWARD, facts, "sq")) != award


def test_it_is_a_tagged_pdf_a_3a_in_its_language_with_its_dates(award):
    with pikepdf.open(BytesIO(award)) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["dc:title"] == "Vendim për dhënien e grantit · SUF-AWD-2026-0001"
        assert bool(pdf.Root.MarkInfo.Marked) is True
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "sq"
        assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20261122153000Z"
        assert bytes(pdf.trailer.ID[0]).decode() == digest(snapshot_of(AWARD, AWARD_FACTS, "sq"))[:32]


def test_the_snapshot_lies_inside_as_the_source(award):
    snapshot = snapshot_of(AWARD, AWARD_FACTS, "sq")
    with pikepdf.open(BytesIO(award)) as pdf:
        attached = pdf.attachments["snapshot.json"]
        data = attached.get_file().read_bytes()
        assert data == canonical(snapshot)
        assert json.loads(data) == snapshot
        assert attached.obj.AFRelationship == pikepdf.Name.Source
        assert attached.get_file().mime_type == "application/json"
        assert str(attached.obj.EF.F.Params.ModDate) == "D:20261122153000Z"
        assert pdf.Root.AF[0].objgen == attached.obj.objgen


def test_letters_of_all_languages_are_set_in_one_embedded_typeface(award):
    greek = make_pdf(snapshot_of(GREEK, GREEK_FACTS, "el"))
    for data, faces in ((award, {"Italic", "Semi-Bold", "Bold"}), (greek, {"Semi-Bold", "Bold"})):
        with pikepdf.open(BytesIO(data)) as pdf:
            fonts = [
                item
                for item in pdf.objects
                if isinstance(item, pikepdf.Dictionary) and "/FontDescriptor" in item
            ]
            names = {str(font.BaseFont).partition("+")[2] for font in fonts}
            assert names == {"Open-Sans", *(f"Open-Sans-{face}" for face in faces)}
            assert all("/FontFile2" in font.FontDescriptor for font in fonts)


WITHOUT_FONT = """
from fundflow.documents import RenderFault, require
try:
    require()
except RenderFault as fault:
    print(fault)
"""
WITHOUT_PANGO = """
import cffi
whole = cffi.FFI.dlopen
def dlopen(self, name, *more):
    if "pango" in str(name):
        raise OSError("cannot load " + str(name))
    return whole(self, name, *more)
cffi.FFI.dlopen = dlopen
"""


NO_FONT = (
    "PDFs cannot be made here: the typeface Open Sans (Regular, Italic, Semibold, Bold) cannot be found. "
    "Run bin/setup, or install fonts-open-sans (Debian's names)."
)
NO_PANGO = (
    "PDFs cannot be made here: the libraries of Pango cannot be found. Run bin/setup, or install "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian's names)."
)


@pytest.mark.parametrize(("before", "sentence"), [("", NO_FONT), (WITHOUT_PANGO, NO_PANGO)])
def test_what_rendering_lacks_is_said_in_one_sentence(before, sentence, tmp_path):
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    environment = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    command = [sys.executable, "-W", "ignore", "-c", before + WITHOUT_FONT]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=HERE.parent.parent)
    assert (done.returncode, done.stdout.strip()) == (0, sentence)
    assert "Traceback" not in done.stderr


def test_letters_of_all_languages_and_amounts_can_be_read_back(award):
    text = text_of(award)
    for expected in (
        "Blerta Çelaj-Hoxhë",
        "Via dell'Università",
        "12 345,67 €",
        "€12,345.67",
        "Këstet",
        "1 / 2",
    ):
        assert expected in text
    greek = text_of(make_pdf(snapshot_of(GREEK, GREEK_FACTS, "el")))
    for expected in ("Ελένη Παπαδοπούλου", "22 Νοεμβρίου 2026, 16:30", "ë ç à", "Κανένα."):
        assert expected in greek


OUTSIDE = [
    '<img src="file:///etc/passwd">',
    '<img src="{http}/x.png">',
    '<link rel="stylesheet" href="{http}/x.css">',
    "<style>@import url({http}/x.css);</style>",
    "<style>@font-face {{ font-family: Evil; src: url({http}/x.ttf) }} p {{ font-family: Evil }}</style>",
    '<p style="background: url({http}/x.png)">x</p>',
    '<object data="{http}/x.svg"></object>',
    '<embed src="FILE:///etc/passwd">',
    '<base href="{http}/"><img src="x.png">',
    '<img src="ftp://127.0.0.1/x.png">',
]


@pytest.mark.parametrize("markup", OUTSIDE)
def test_markup_that_reaches_outside_stops_the_rendering_and_opens_no_connection(markup):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        html = f"<html lang=en><title>t</title><body>{markup.format(http=address)}<p>x</p></body></html>"
        with pytest.raises(RenderFault, match="outside itself"):
            to_pdf(html, b"{}", created=AT, identifier="0" * 32)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
        '<svg width="9" height="9"><image href="{http}/x.png" width="9" height="9"/></svg>',
        '<iframe src="{http}/x"></iframe>',
        '<script src="{http}/x.js"></script>',
    ],
)
def test_markup_that_is_not_followed_brings_nothing_in(markup):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        html = markup.format(http=f"http://127.0.0.1:{server.getsockname()[1]}")
        try:
            data = to_pdf(
                f"<html lang=en><title>t</title><p>x</p>{html}", b"{}", created=AT, identifier="0" * 32
            )
        except RenderFault:
            data = None
        with pytest.raises(TimeoutError):
            server.accept()
    if data is not None:
        with pikepdf.open(BytesIO(data)) as pdf:
            assert list(pdf.attachments) == ["snapshot.json"]


def test_a_page_renders_after_one_that_was_refused(award):
    with pytest.raises(RenderFault):
        to_pdf('<img src="file:///etc/passwd">', b"{}", created=AT, identifier="0" * 32)
    assert make_pdf(snapshot_of(AWARD, AWARD_FACTS, "sq")) == award
