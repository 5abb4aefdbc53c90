"""What holds for every test: what the run says of itself, and that nothing is skipped in CI.

Owns no fixture: those stand beside the tests that ask for them.
"""

import gc
import os
from collections.abc import Generator
from typing import Final

import pytest
import structlog

from tests.platforms import specs

NO_SKIPS: Final = os.environ.get("IMAGEDESK_CI") == "1"
"""Set by `.ci/run`: whatever a test needs must be there, or the test has failed."""


def pytest_report_header() -> list[str]:
    """Whether traffic is judged by the platforms' official documents."""
    return [specs.report(), *(["nothing may be skipped (IMAGEDESK_CI=1)"] if NO_SKIPS else [])]


def pytest_sessionstart() -> None:
    """Validation that is silently off would prove nothing. Tracebacks are written as in production,
    without the values of variables: to print a row of a closed session is an error of its own.
    """
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    if NO_SKIPS and specs.specs_folder() is None:
        raise pytest.UsageError("the official documents (../shared/specs) are absent")


def pytest_collection_finish() -> None:
    """As the desk does once it has started (`bot.__main__`): else its garbage collector would look
    through all that pytest knows of thousands of tests, and no command were acknowledged meanwhile.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself has failed, where nothing may be skipped."""
    report = yield
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So has a module that skips itself."""
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report
