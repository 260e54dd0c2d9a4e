"""The `user` commands."""

from __future__ import annotations

from fundflow.accounts import user_by_email


def test_an_account_is_opened_given_a_role_and_listed(site):
    run = site.test_cli_runner().invoke
    password = "correct horse battery"
    made = run(
        args=[
            "user",
            "create",
            "chief@office.example",
            "Chief",
            "--role",
            "administrator",
            "--password",
            password,
        ]
    )
    assert (made.exit_code, made.output) == (0, "chief@office.example can sign in.\n")
    given = run(args=["user", "grant", "chief@office.example", "auditor"])
    assert given.output == "chief@office.example is auditor (platform).\n"
    listed = run(args=["user", "list"])
    assert "administrator (platform), auditor (platform)" in listed.output
    with site.app_context():
        assert user_by_email("chief@office.example").is_confirmed


def test_faults_are_one_sentence(site):
    run = site.test_cli_runner().invoke
    unknown = run(args=["user", "grant", "nobody@office.example", "auditor"])
    assert (unknown.exit_code, unknown.output) == (
        1,
        "Error: Nobody has an account with the address nobody@office.example.\n",
    )
    short = run(args=["user", "create", "a@office.example", "A", "--password", "short"])
    assert short.output == "Error: A password needs at least 12 characters.\n"
    run(args=["user", "create", "a@office.example", "A", "--password", "correct horse battery"])
    role = run(args=["user", "grant", "a@office.example", "emperor"])
    assert role.output.startswith(
        "Error: There is no role of this name. Known roles: administrator, appeals_board, auditor,"
    )
    scope = run(args=["user", "grant", "a@office.example", "auditor", "--scope", "call:1"])
    assert scope.output == "Error: call:1 is no scope: write platform, or kind:id.\n"
