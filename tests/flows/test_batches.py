"""Batches: from a list of prompts to chosen pictures, the same in every chat."""

import io

from PIL import Image

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes

PROMPTS = "a fox at {dawn, dusk}\nan owl\n\nan owl\na {red bird"


async def test_a_list_is_checked_priced_started_and_chosen_from(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The card says what is wrong with which row before anything is made; then a sheet comes."""
    async with running_desk(environ):
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": PROMPTS, "Around each prompt": "a photo of … on white"})
        plan = await eyes.see(marketing, "Batch: 4 pictures, ≈ $0")
        assert plan.says("Row 5: The braces", "Wrong rows are left out.")
        assert plan.says("1 picture asks for the same")
        assert plan.buttons == ("Start", "Leave it")

        await root.choose(plan, "Quality", ["low"])
        plan = await eyes.changed(plan, "Sketch (no AI) · low · 1024x1024 · no style")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 4 of 4 pictures made")
        assert done.says("4 made", "Cost", "$0")
        await eyes.see(marketing, "Pictures 1–4")
        (sheet,) = await eyes.until(
            marketing,
            lambda: [
                seen
                for seen in chat.read(marketing)
                if len(seen.menus.get("Keep pictures", ())) == 4
            ],
        )
        assert Image.open(io.BytesIO(sheet.pictures[0])).size == (1064, 272)
        await root.choose(sheet, "Keep pictures", ["2. a photo of a fox at dusk on white"])
        await eyes.changed(sheet, "Kept: 2 (1 of 4)")
        await eyes.changed(done, "1 of 4 are kept.")
