"""The far end of Meta's Graph API v26.0: Facebook pages and Instagram accounts, strict and local.

async with GraphServer() as graph:
    page = graph.add_page("Acme", instagram="acme")
    ...  # META_GRAPH_URL=graph.base_url, page.token; then look at graph.published

It really fetches every `image_url`, but only from this machine.
"""

from tests.platforms.graph.server import GraphServer
from tests.platforms.graph.world import Instagram, Page, Publication

__all__ = ["GraphServer", "Instagram", "Page", "Publication"]
