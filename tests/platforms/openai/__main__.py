"""Runs the server as a process of its own: `python -m tests.platforms.openai --port 0`."""

from tests.platforms.far_end import serve_from_the_command_line
from tests.platforms.openai.server import OpenAIServer

serve_from_the_command_line(OpenAIServer())
