"""A server of one's own that speaks OpenAI's images API, as LocalAI and stable-diffusion.cpp do.

async with CompatibleServer() as server:
    server.accept_key("local")
    provider = Compatible("local", server.base_url, "flux", models)
"""

from tests.platforms.compatible.server import CompatibleServer

__all__ = ["CompatibleServer"]
