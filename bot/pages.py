"""The web process's application: the page with what it needs of the running desk handed in."""

from fastapi import FastAPI

from bot.surfaces.web.app import WebParts, make_app
from bot.wiring import Running


def make_page_app(joined: Running, *, demo: bool) -> FastAPI:
    """The page for this desk; in `demo` the local person is signed in by itself."""
    raise NotImplementedError((WebParts, make_app, joined, demo))
