"""Headers, cookies and caching."""

from __future__ import annotations

import re

from pages import Person, open_account

from fundflow.web.headers import csp_nonce


def test_pages_carry_the_security_headers(person: Person):
    headers = person.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_each_answer_has_a_nonce_of_its_own(site, person: Person):
    def nonce() -> str:
        return re.findall(r"'nonce-([^']+)'", person.get("/").headers["Content-Security-Policy"])[0]

    assert nonce() != nonce()
    with site.test_request_context("/"):
        assert csp_nonce() == csp_nonce()


def test_errors_carry_them_too(person: Person):
    for path in ("/no-such-page", "/fault/crash"):
        assert "default-src 'none'" in person.get(path).headers["Content-Security-Policy"]


def test_strict_transport_is_promised_over_https_only(site):
    secure = site.test_client().get("/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_pages_have_no_inline_script_style_or_handler(person: Person):
    for path in ("/", "/login", "/register", "/reset", "/fault/conflict"):
        text = person.get(path).text
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)


def test_what_a_signed_in_person_sees_is_never_stored(site, person: Person):
    assert person.get("/").headers["Cache-Control"] == "no-cache, private"
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example")
    assert person.get("/mine").headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_a_year_under_their_hash(person: Person):
    addresses = re.findall(r'(?:href|src)="(/assets/[^"]+)"', person.get("/").text)
    assert len(addresses) == 4
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        kept = person.get(address)
        assert (kept.status_code, kept.headers["Cache-Control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
        kept.close()


def test_the_session_cookie_is_out_of_reach_of_scripts(site, person: Person):
    open_account(site, "arta@office.example")
    cookie = person.sign_in("arta@office.example").headers["Set-Cookie"]
    assert cookie.startswith("fundflow=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
