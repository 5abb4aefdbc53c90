"""The main job, the same in every chat: from a command to a published page, and on from there."""

import io

import httpx2
from PIL import Image

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes


async def test_a_command_becomes_pictures_that_are_chosen_approved_and_published(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Thread, status, numbered pictures with a mention, choice, approval, form, link, page."""
    async with running_desk(environ) as desk:
        await chat.connected()
        order = "/generate a lighthouse at dusk --style vintage --count 4"
        assert (await ada.command(order, marketing)).text == ""
        pictures = await eyes.see(marketing, "4 pictures: a lighthouse at dusk")
        status = await eyes.see(marketing, "Done: a lighthouse at dusk")
        assert status.says("4 of 4 pictures", "1024x1024", "medium", "vintage", "Sketch")
        assert status.says("Estimate", "Cost", "$0", "Not moderated")
        assert not status.pings
        assert pictures.pings == {"Ada"}
        assert pictures.where == status.where
        assert [Image.open(io.BytesIO(one)).size for one in pictures.pictures] == [(1024, 1024)] * 4
        assert len(set(pictures.pictures)) == 4
        assert pictures.alts[1].startswith("Picture 2: a lighthouse at dusk")
        assert pictures.says("✅ approves all 4")
        assert pictures.buttons == ("Approve", "Publish", "Again")

        await ada.react(pictures, "2️⃣")
        await ada.react(pictures, "4️⃣")
        await eyes.changed(pictures, "Chosen by Ada: 2 and 4. ✅ approves them.")
        await ada.react(pictures, "✅")
        await eyes.changed(pictures, "Approved by Ada: 2 and 4")

        form = await (await ada.press(eyes.again(pictures), "Publish")).form()
        asked = [name for name in form.fields if name != "Generate with AI"]  # where there is room
        assert asked == ["Accounts", "Caption", "Pictures", "New pictures", "Alt text"]
        assert form.fields["Caption"] == "A lighthouse at dusk"
        assert len(form.fields["Alt text"].split("\n")) == 2
        sent = await ada.submit(
            form, {"Caption": "Our lighthouse.", "Alt text": "A red lighthouse\nThe same, at night"}
        )
        assert sent.text == ""
        outcome = await eyes.see(marketing, "It is live")
        assert outcome.pings == {"Ada"}
        assert outcome.where == pictures.where

        (link,) = outcome.links.values()
        assert link.startswith(f"{desk.settings.address}/p/")
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(link)
            assert page.status_code == 200
            assert "Our lighthouse." in page.text
            assert "A red lighthouse" in page.text


async def test_a_card_still_acts_once_after_a_restart(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A button pressed while nobody listens is lost; afterwards every control works as before."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        await ada.choose(pictures, "Choose pictures", ["Picture 2"])
    async with running_desk(environ):
        await chat.connected()
        await ada.press(eyes.again(pictures), "Approve")
        pictures = await eyes.changed(pictures, "Approved by Ada: 2.")
        await ada.choose(pictures, "Choose pictures", ["Picture 1", "Picture 2"])
        pictures = await eyes.changed(pictures, "Chosen by Ada: 1 and 2")
        assert pictures.says("Approved by Ada: 2.")
        await ada.press(pictures, "Again")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "2 pictures: a fox")) == 2)
        second = eyes.all(marketing, "2 pictures: a fox")[1]
        assert second.id != pictures.id
        assert second.where == pictures.where
        assert set(second.pictures).isdisjoint(pictures.pictures)


async def test_the_publish_card_of_a_reaction_can_be_edited_stopped_and_confirmed(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """📤 opens no form, so it posts the same, filled in; ✅ publishes what stands there then."""
    async with running_desk(environ | {"PUBLISH_GRACE_SECONDS": "30"}):
        await chat.connected()
        await ada.command("/generate a red fox", marketing)
        pictures = await eyes.see(marketing, "1 picture:")
        await ada.react(pictures, "📤")
        card = await eyes.see(marketing, "Publish: A red fox", "Check it")
        assert card.says("Site", "A red fox")
        assert len(card.pictures) == 1
        assert card.buttons == ("Publish", "Edit", "Address", "Discard")
        form = await (await ada.press(card, "Edit")).form()
        await ada.submit(form, {"Caption": "Meet our fox."})
        card = await eyes.changed(card, "Meet our fox.")
        await ada.react(card, "✅")
        card = await eyes.changed(card, "Publishing in 30 s, unless somebody presses Stop.")
        assert card.buttons == ("Stop",)
        await ada.press(card, "Stop")
        card = await eyes.changed(card, "Check it")
    async with running_desk(environ):
        await chat.connected()
        await ada.press(eyes.again(card), "Publish")
        await eyes.see(marketing, "It is live")
        assert "Meet our fox." in eyes.again(card).text
