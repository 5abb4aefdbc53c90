"""Replicate's far end: a strict local server that speaks its HTTP API.

async with ReplicateServer() as replicate:
    replicate.accept_key("r8_test")
    provider = Replicate("r8_test", replicate.base_url, models)
"""

from tests.platforms.replicate.server import ReplicateServer

__all__ = ["ReplicateServer"]
