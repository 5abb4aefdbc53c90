"""Says at the end of a run whether the platforms' official documents judged the traffic."""

import pytest

from tests.platforms import specs


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, so that a run without the documents cannot pass for one with them."""
    terminalreporter.write_line(specs.report())
