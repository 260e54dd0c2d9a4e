"""The file of roles is read strictly and says where it is wrong."""

from __future__ import annotations

import pytest

from fundflow.accounts.models import LANGUAGES
from fundflow.accounts.roles import parse, role_names, roles
from fundflow.platform.strict_yaml import YamlFault


def test_the_office_roles_are_worded_in_every_language():
    assert len(role_names()) == 16
    assert {frozenset(role.label) for role in roles().values()} == {frozenset(LANGUAGES)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("clerk:\n  label: {en: Clerk}\n  permissions: [no:such]\n", (3, 17)),
        ("clerk:\n  label: {en: Clerk}\n", (1, 1)),
        ("clerk:\n  label: {en: Clerk}\n  permissions: []\n  colour: red\n", (4, 3)),
        ("clerk:\n  label: {}\n  permissions: []\n", (2, 3)),
        ("clerk: 1\nclerk: 2\n", (2, 1)),
    ],
)
def test_a_fault_is_named_with_its_place(text, place):
    with pytest.raises(YamlFault) as caught:
        parse(text, "roles.yaml")
    assert (caught.value.line, caught.value.column) == place
