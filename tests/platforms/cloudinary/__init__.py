"""Cloudinary's far end: a strict local server of the Upload API and the listing of the Admin API.

async with CloudinaryServer() as cloudinary:
    settings = Settings(**cloudinary.settings())
"""

from tests.platforms.cloudinary.server import CloudinaryServer

__all__ = ["CloudinaryServer"]
