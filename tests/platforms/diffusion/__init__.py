"""A self-hosted Stable Diffusion: a strict local server that acts upon what it finds in prompts.

async with DiffusionServer() as server:
    provider = Diffusion(server.base_url, models)
    ...
    assert server.acted == []
"""

from tests.platforms.diffusion.server import DiffusionServer

__all__ = ["DiffusionServer"]
