"""OpenAI's far end: a strict local server that the unmodified openai SDK talks to.

async with OpenAIServer() as openai_server:
    openai_server.accept_key("sk-test")
    client = AsyncOpenAI(api_key="sk-test", base_url=openai_server.base_url, max_retries=0)

Never put this folder itself on the import path: it would shadow the real `openai`.
"""

from tests.platforms.openai.prices import Charge
from tests.platforms.openai.server import OpenAIServer

__all__ = ["Charge", "OpenAIServer"]
