"""The trial: whether a picture of this desk can be fetched, first by ourselves, then by a network.

Owns the test picture, its address, and what it means when it does not come back. A network stages
it only: an unpublished container is seen by nobody. It must not know any network by name.
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx2
from PIL import Image

from core.business.members import new_id
from core.errors import ActionNeeded
from core.ports import BlobStore, Credential, OutgoingImage, OutgoingPost, SocialNetwork, Ticket
from core.wording import terminal as words

SIDE = 640  # pixels; every network takes it
COLOUR = (31, 41, 55)
LIFETIME = 3600  # seconds in which a network may fetch it
PATIENCE = 15.0  # seconds that our own look may take


@asynccontextmanager
async def trial_picture(blobs: BlobStore) -> AsyncIterator[OutgoingImage]:
    """A JPEG in the store, for as long as the block lasts. Raises as `BlobStore.put`."""
    drawn = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), COLOUR).save(drawn, "JPEG")
    key = f"trial/{new_id()}.jpg"
    await blobs.put(key, drawn.getvalue(), "image/jpeg")

    async def read() -> bytes:
        return await blobs.get(key)

    async def mint() -> str:
        return await blobs.url(key, LIFETIME)

    try:
        yield OutgoingImage("trial.jpg", SIDE, SIDE, "", read, mint, is_ai_generated=False)
    finally:
        await blobs.delete(key)


async def fetch_ourselves(picture: OutgoingImage) -> str:
    """GET the picture's address as a network would, and return its origin.

    Raises ActionNeeded("trial_not_served", address=…, problem=…) unless the same bytes come back,
    as a JPEG and without a redirect, which networks do not follow.
    """
    url = await picture.mint()
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False) as http:
            answer = await http.get(url)
    except httpx2.HTTPError as error:
        problem = words.TRIAL_SILENT.format(reason=type(error).__name__)
        raise ActionNeeded("trial_not_served", address=origin, problem=problem) from error
    problem = ""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.is_redirect:
        problem = words.TRIAL_REDIRECTED
    elif not answer.is_success:
        problem = words.TRIAL_REFUSED.format(status=answer.status_code)
    elif kind != "image/jpeg":
        problem = words.TRIAL_NO_JPEG.format(kind=kind or "nothing")
    elif answer.content != await picture.read():
        problem = words.TRIAL_ALTERED
    if problem:
        raise ActionNeeded("trial_not_served", address=origin, problem=problem)
    return origin


async def fetch_by_network(
    network: SocialNetwork, account: Credential, picture: OutgoingImage, origin: str
) -> None:
    """Have the network fetch the picture for a post that is never sent.

    Raises ActionNeeded("trial_not_fetched", address=…, network=…) where it cannot, else as
    `SocialNetwork.stage`.
    """
    key = new_id()
    post = OutgoingPost(key, "", f"trial-{key[:8]}", (picture,), account)

    async def keep(ticket: Ticket) -> None:
        """Nothing goes on from here, so nothing is kept."""

    try:
        await network.stage(post, {}, keep)
    except ActionNeeded as error:
        if error.code != "image_unreachable":
            raise
        raise ActionNeeded("trial_not_fetched", address=origin, network=network.title) from error
