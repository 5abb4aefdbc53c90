"""Stability AI's far end: a strict local server that speaks v2beta.

async with StabilityServer() as stability:
    stability.accept_key("sk-test")
    provider = Stability("sk-test", stability.base_url, models)
"""

from tests.platforms.stability.server import StabilityServer

__all__ = ["StabilityServer"]
