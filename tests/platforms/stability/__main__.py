"""Runs the server as a process of its own: `python -m tests.platforms.stability --port 0`."""

from tests.platforms.far_end import serve_from_the_command_line
from tests.platforms.stability.server import StabilityServer

serve_from_the_command_line(StabilityServer())
