"""Runs the server as a process of its own: `python -m tests.platforms.graph --port 0`."""

from tests.platforms.far_end import serve_from_the_command_line
from tests.platforms.graph.server import GraphServer

serve_from_the_command_line(GraphServer())
