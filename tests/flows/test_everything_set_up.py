"""A desk as a team runs it: Slack over signed HTTP, OpenAI, a bucket, Facebook and Instagram."""

from collections.abc import AsyncIterator, Iterator

import pytest
from moto.server import ThreadedMotoServer

from core.business.accounts import Account, seal_context
from tests.contracts.blob_grounds import bucket_environment
from tests.desk import running_desk
from tests.driving import Person, SignedSlackChat, Where
from tests.flows.conftest import Eyes
from tests.platforms.graph import GraphServer
from tests.platforms.openai import OpenAIServer

pytestmark = pytest.mark.parametrize("chat", ["signed slack"], indirect=True)


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """The settings of a desk that keeps its pictures in a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield bucket_environment(f"http://{host}:{port}") | {"STORAGE_PROVIDER": "s3"}
    server.stop()


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A Graph API; what breaks its contract fails the test."""
    async with GraphServer() as server:
        yield server
        assert server.violations == []


async def test_the_main_job_with_everything_set_up(
    chat: SignedSlackChat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
    bucket: dict[str, str],
    graph: GraphServer,
) -> None:
    """Instagram fetches its picture from the bucket, by a link that was signed late."""
    page = graph.add_page("Acme", instagram="acme")
    assert page.instagram
    async with running_desk(paid | bucket | {"META_GRAPH_URL": graph.base_url}) as desk:
        await chat.connected()
        await ada.command("/generate a fox --count 2 --quality low", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        async with desk.database.write() as uow:
            account = Account(1, "instagram", page.instagram.id, "acme", "", uow.now)
            account.sealed = desk.vault.seal(page.token, seal_context(account))
            uow.accounts.add(account)
        await ada.react(pictures, "1️⃣")
        await ada.react(pictures, "✅")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "Meet our fox.", "Alt text": "A red fox"})
        outcome = await eyes.see(marketing, "It is live")
        assert len(outcome.links) == 2
        await eyes.changed(pictures, "Approved by Ada: 1.")
        await ada.choose(eyes.again(pictures), "More", ["📦 Originals"])
        await eyes.until(marketing, lambda: [one for one in chat.read(marketing) if one.files])
    (post,) = graph.published
    assert post.text == "Meet our fox."
    assert post.pictures[0].alt_text == "A red fox"
    assert (post.pictures[0].url or "").startswith(bucket["S3_ENDPOINT_URL"])
    assert post.is_ai_generated
    assert len(openai.bill) == 2


async def test_nobody_speaks_for_slack_and_nothing_counts_twice(
    chat: SignedSlackChat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A forged or old signature is refused; what Slack sends again is taken, without effect."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        (sent,) = [one for one in chat.server.deliveries if one.kind == "slash_commands"]
        http = chat.server.http
        assert http
        forged = await http.post(*http.sign(sent, secret="somebody else's"))
        old = await http.post(*http.sign(sent, age=301))
        assert (forged.status, old.status) == (401, 401)
        again = await chat.server.redeliver(sent)
        assert again.status == 200
        await ada.command("/help", marketing)
        await eyes.told(ada, "/generate")
        assert len(eyes.all(marketing, "1 picture: a fox")) == 1
