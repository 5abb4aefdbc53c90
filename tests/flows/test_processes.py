"""The real commands as processes: one that is all, and one each for bot, worker and web."""

from pathlib import Path

import httpx2
import pytest

from storage.valkey import embedded_valkey
from tests.desk import desk_process
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes


@pytest.mark.parametrize("chat", ["slack"], indirect=True)
async def test_imagedesk_run_goes_on_after_a_stop_and_after_a_kill(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """It ends within seconds when asked, adopts what a killed one left, and keeps every card."""
    async with desk_process(environ, "run") as desk:
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        assert await desk.stop() == 0
    async with desk_process(environ, "run") as desk:
        await chat.connected()
        await ada.press(pictures, "Approve")
        pictures = await eyes.changed(pictures, "Approved by Ada: 1 and 2.")
        await desk.kill()
    async with desk_process(environ, "run"):
        await chat.connected()
        await ada.press(pictures, "Withdraw approval")
        await eyes.changed(pictures, "✅ approves both")


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_bot_worker_and_web_share_the_job(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str], tmp_path: Path
) -> None:
    """On one Redis and one database: the bot hears, the worker works, the web serves the page."""
    async with embedded_valkey(tmp_path / "shared") as redis_url:
        shared = environ | {"REDIS_URL": redis_url}
        async with (
            desk_process(shared, "web") as web,
            desk_process(shared, "bot") as bot,
            desk_process(shared, "worker") as worker,
        ):
            assert web.said[0].endswith(f"is ready: http://127.0.0.1:{shared['HTTP_PORT']}")
            assert not any("listening" in line for line in web.said)
            assert bot.said[0].endswith("is ready: listening to the chats")
            assert worker.said[:1] == ["✓ Image Desk is ready: working"]
            await chat.connected()
            await ada.command("/generate a fox", marketing)
            pictures = await eyes.see(marketing, "1 picture: a fox")
            form = await (await ada.press(pictures, "Publish")).form()
            await worker.kill()
            await ada.submit(form, {"Caption": "Meet our fox."})
            async with desk_process(shared, "worker"):
                outcome = await eyes.see(marketing, "It is live")
            (link,) = outcome.links.values()
            async with httpx2.AsyncClient() as browser:
                assert "Meet our fox." in (await browser.get(link)).text
