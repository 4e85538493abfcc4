"""`FAULTS=200` kills so often (six without it) and leaves servers away for 30 s. The table is printed at the end."""

import os

import pytest

from tests.runs.conftest import _empty_hands, launch, train_queue  # noqa: F401

KILLS = int(os.environ.get("FAULTS", "0"))
LONG = KILLS > 0


@pytest.fixture(scope="package")
def crew(tmp_path_factory):
    """The workers, who go on from test to test: what takes them longest is to start."""
    from tests.faults.stage import Crew

    crew = Crew(tmp_path_factory.mktemp("crew") / "log")
    yield crew
    crew.close()


@pytest.fixture
def stage(request, transactional_db, crew):
    """A stage for one fault; the test's first line of documentation names it in the table."""
    from tests.faults.stage import TABLE, Stage, Told

    told = Told(request.function.__doc__)
    crew.worker()
    yield Stage(told, crew)
    if told.outcome:
        TABLE.append(told)


@pytest.fixture
def slow_run(launch, polonius):  # noqa: F811
    """A run at a walking pace, so that there is time for faults; weights are those of a run at any pace."""
    from lab.runs import services
    from tests.faults.twin import SMALL

    run = launch(**SMALL)
    services.run_pace(run=run, by=polonius, pace=60)
    return run


def pytest_terminal_summary(terminalreporter):
    from tests.faults.stage import TABLE

    if not TABLE:
        return
    terminalreporter.section("faults")
    terminalreporter.line(
        "| fault | times | trains again after: median, longest | without a living lease | slices lost by one | then |"
    )
    terminalreporter.line("|---|---|---|---|---|---|")
    for told in TABLE:
        back = sorted(told.back)
        took = f"{back[len(back) // 2]:.1f} s, {back[-1]:.1f} s" if back else "-"
        terminalreporter.line(
            f"| {told.fault} | {told.times} | {took} | {told.overdue:.1f} s | {told.slices if back else '-'} | "
            f"{told.outcome} |"
        )
