"""Runs the server as a process of its own: `python -m tests.platforms.replicate --port 0`."""

from tests.platforms.far_end import serve_from_the_command_line
from tests.platforms.replicate.server import ReplicateServer

serve_from_the_command_line(ReplicateServer())
