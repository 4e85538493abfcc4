"""Two minds with random weights, of the real size. They never change, so one of each serves a whole session."""

import pytest

from hamlet.model import HamletModel
from tests.model.minds import mind


@pytest.fixture(scope="session")
def simple() -> HamletModel:
    return mind("simple")


@pytest.fixture(scope="session")
def recurrent() -> HamletModel:
    return mind("recurrent")


@pytest.fixture(params=["simple", "recurrent"])
def either(request: pytest.FixtureRequest) -> HamletModel:
    chosen: HamletModel = request.getfixturevalue(request.param)
    return chosen
