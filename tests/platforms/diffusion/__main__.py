"""Runs the server as a process of its own: `python -m tests.platforms.diffusion --port 0`."""

from tests.platforms.diffusion.server import DiffusionServer
from tests.platforms.far_end import serve_from_the_command_line

serve_from_the_command_line(DiffusionServer())
