"""Runs the server as a process of its own: `python -m tests.platforms.cloudinary --port 0`."""

from tests.platforms.cloudinary.server import CloudinaryServer
from tests.platforms.far_end import serve_from_the_command_line

serve_from_the_command_line(CloudinaryServer())
