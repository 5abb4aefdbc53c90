"""Runs the server as a process of its own: `python -m tests.platforms.compatible --port 0`."""

from tests.platforms.compatible.server import CompatibleServer
from tests.platforms.far_end import serve_from_the_command_line

serve_from_the_command_line(CompatibleServer())
