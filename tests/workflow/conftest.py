"""A fresh registry, office and a held clock for each test of the engine."""

import pytest

from fundflow.platform import clock
from fundflow.workflow import Registry
from tests.workflow.office import NOON, Office


@pytest.fixture
def rules():
    return Registry()


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def noon():
    with clock.at(NOON):
        yield NOON
