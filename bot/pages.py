"""The web process's application: the page with what it needs of the running desk handed in."""

import asyncio
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from starlette.types import ASGIApp

from bot.surfaces.web.app import WebParts, make_app
from bot.surfaces.web.parts import ApiParts, SlackHandler
from bot.wiring import Running
from core.generation.offering import models_of
from core.generation.orders import Order, read_order
from core.ports import Inbox
from storage.blobs.local import LocalBlobs


@runtime_checkable
class _SpeaksHttp(Protocol):
    """A chat whose events may come to our own port."""

    def http_handler(self, inbox: Inbox) -> SlackHandler: ...


def make_page_app(joined: Running, *, demo: bool, closing: asyncio.Event) -> ASGIApp:
    """The page for this desk; in `demo` the local person is signed in by itself. Its streams end
    when `closing` is set.
    """
    blobs = joined.blobs
    return make_app(
        WebParts(
            units=joined.database,
            inbox=joined.inbox,
            queue=joined.queue,
            page=joined.page,
            blobs=blobs,
            load=joined.load,
            signer=joined.vault,
            door=joined.desk.door,
            commands=joined.desk.commands,
            clock=joined.clock,
            address=joined.settings.address,
            demo=demo,
            check_media=blobs.check if isinstance(blobs, LocalBlobs) else None,
            slack=_slack(joined),
            closing=closing,
            api=_api(joined),
            draw_batch=joined.batch_cards.status,
            unpriced=joined.desk.catalogue.unpriced,
        )
    )


def _api(joined: Running) -> ApiParts:
    desk = joined.desk

    async def read(business_id: int, member_id: str, given: Mapping[str, str]) -> Order:
        async with joined.database.read() as uow:
            models = await models_of(uow, desk.catalogue, desk.models, business_id, member_id)
        return read_order(given, desk.catalogue, models, desk.blocked_words)

    return ApiParts(
        read_order=read,
        orders_per_minute=desk.orders_per_minute,
        count=joined.limits.count,
        keep=joined.intake.keep,
        bring=joined.bringing.bring,
        networks=desk.networks,
    )


def _slack(joined: Running) -> SlackHandler | None:
    """Slack over HTTP, where it is set up without an app token for Socket Mode."""
    slack = joined.surfaces.get("slack")
    if joined.settings.slack_app_token.get_secret_value() or not isinstance(slack, _SpeaksHttp):
        return None
    return slack.http_handler(joined.inbox)
