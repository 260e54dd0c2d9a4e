"""Every route is in the reviewed table, and every role, and nobody, may call it without breaking anything."""

import uuid

import pytest

from fundflow.accounts import role_names, roles
from fundflow.web.access import table, undeclared
from tests.architecture.routes import LIST, lines
from tests.definitions.matrix import lay_out
from tests.web.pages import Person, open_account, rolled_back

SIGN_IN = "security."
NAMES = {
    "slug": "nothing-here",
    "form": "application",
    "section": "identity",
    "kind": "application",
    "move": "withdraw",
}
GOES_ON = {200, 204, 302, 303}


def test_the_table_of_routes_has_been_read_by_somebody(app):
    assert undeclared(app) == set()
    known = LIST.read_text().splitlines()
    assert sorted(set(lines(app)) - set(known)) == [], "new routes: read them, then write the table anew"
    assert sorted(set(known) - set(lines(app))) == [], "routes that are gone: write the table anew"


def routes(app):
    """Each rule with each of its methods and its access; those of signing in, which may end a session, come last."""
    known = table(app)
    found = [
        (rule, method, known[rule.endpoint, method])
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda each: (each[0].endpoint.startswith(SIGN_IN), each[0].rule, each[1]))


@pytest.fixture
def house(app):
    """The application with one case of the start-up fund; whatever the calls write is rolled back."""
    from fundflow.web.setup import limiter  # noqa: PLC0415 - only here

    limiter.enabled = False
    with rolled_back(app):
        with app.app_context():
            case_id = lay_out("startup_fund").case.id
        yield app, case_id
    limiter.enabled = True


def enter(app, *granted):
    """Somebody with these roles who has signed in."""
    email = f"{uuid.uuid4()}@people.example"
    open_account(app, email, *granted)
    person = Person(app.test_client())
    assert person.sign_in(email).status_code == 302
    person.get("/profile")
    return person


def called(person, path, method):
    """The status of a call that sends nothing but the token of the form."""
    if method == "GET":
        return person.client.get(path)
    return person.client.post(path, data={"csrf_token": person._token})


def path_of(app, rule, **ids):
    with app.test_request_context():
        values = {}
        for name in rule.arguments:
            kind = type(rule._converters[name]).__name__
            stranger = {"UUIDConverter": uuid.uuid4(), "IntegerConverter": 7}.get(
                kind, NAMES.get(name, "nothing")
            )
            values[name] = ids.get(name, stranger)
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=None)


@pytest.mark.parametrize("role", [*sorted(role_names()), "nobody in particular"])
def test_a_route_opens_for_whom_the_table_names(house, role):
    app, case_id = house
    held = {role} & role_names()
    person = enter(app, *held)
    gives = set().union(*(roles()[each].permissions for each in held)) if held else set()
    wrong = []
    for rule, method, access in routes(app):
        for ids in ({}, {"application_id": case_id}) if "application_id" in rule.arguments else ({},):
            answer = called(person, path_of(app, rule, **ids), method)
            barred = bool(access.permissions) and not gives & set(access.permissions)
            strange = not ids and any(
                type(each).__name__ == "UUIDConverter" for each in rule._converters.values()
            )
            expected = {404} if barred or strange else GOES_ON | {400, 403, 404, 405, 409, 422}
            if answer.status_code not in expected:
                wrong.append((method, rule.rule, bool(ids), answer.status_code, barred))
    assert wrong == []


def test_nobody_gets_in_but_by_the_public_routes(house):
    app, case_id = house
    person = Person(app.test_client())
    person.get("/login")
    wrong = []
    for rule, method, access in routes(app):
        answer = called(person, path_of(app, rule, application_id=case_id), method)
        to_sign_in = answer.status_code in {302, 401} and (
            answer.status_code == 401 or answer.location.partition("?")[0].endswith("/login")
        )
        fine = answer.status_code in GOES_ON | {400, 404, 409, 422} if access.name == "public" else to_sign_in
        if not fine:
            wrong.append((method, rule.rule, access.name, answer.status_code))
    assert wrong == []


def test_what_one_may_not_see_looks_like_what_does_not_exist(house):
    app, case_id = house
    stranger = enter(app)
    for rule, method, _access in routes(app):
        if "application_id" in rule.arguments and method == "GET":
            hidden = called(stranger, path_of(app, rule, application_id=case_id), method)
            missing = called(stranger, path_of(app, rule), method)
            assert (rule.rule, hidden.status_code, missing.status_code) == (rule.rule, 404, 404)
            assert len(hidden.data) == len(missing.data), rule.rule
