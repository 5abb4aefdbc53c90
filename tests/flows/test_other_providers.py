"""Providers beside OpenAI, through the front door: each draws, and what is booked is its bill."""

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.wording.money import money
from tests.desk import environment, running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_paid_pictures import spent, until_spent
from tests.platforms.compatible import CompatibleServer
from tests.platforms.diffusion import DiffusionServer
from tests.platforms.replicate import ReplicateServer
from tests.platforms.stability import StabilityServer
from tests.terminal import imagedesk

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)
SLACK = pytest.mark.parametrize("chat", ["slack"], indirect=True)


@dataclass(frozen=True)
class Elsewhere:
    """All other providers, and how a desk reaches them."""

    replicate: ReplicateServer
    stability: StabilityServer
    diffusion: DiffusionServer
    compatible: CompatibleServer

    @property
    def settings(self) -> dict[str, str]:
        """By their environment names."""
        return {
            "REPLICATE_API_TOKEN": "r8_test",
            "REPLICATE_API_URL": self.replicate.base_url,
            "STABILITY_API_KEY": "sk-stability",
            "STABILITY_API_URL": self.stability.base_url,
            "SD_API_URL": self.diffusion.base_url,
            "COMPATIBLE_API_URL": self.compatible.base_url,
            "COMPATIBLE_API_KEY": "local",
            "COMPATIBLE_MODEL": "flux",
        }


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """Fresh servers; whatever broke their contract fails the test at its end."""
    async with AsyncExitStack() as stack:
        replicate = await stack.enter_async_context(ReplicateServer())
        stability = await stack.enter_async_context(StabilityServer())
        diffusion = await stack.enter_async_context(DiffusionServer())
        compatible = await stack.enter_async_context(CompatibleServer())
        replicate.accept_key("r8_test")
        stability.accept_key("sk-stability")
        compatible.accept_key("local")
        yield Elsewhere(replicate, stability, diffusion, compatible)
        for server in (replicate, stability, diffusion, compatible):
            assert server.violations == []


@PAGE
async def test_each_provider_draws_and_its_bill_is_what_is_booked(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """By the table where no cost is told; a server of one's own is free, or unknown: never $0."""
    elsewhere.replicate.take_looks(1)
    async with running_desk(environ | elsewhere.settings) as desk:
        await chat.connected()
        for prompt, model, label, cost in (
            ("a fox", "flux-dev", "Flux Dev", money(25_000)),
            ("an owl", "stable-image-ultra", "Stable Image Ultra", money(80_000)),
            ("a newt", "sd-local", "Stable Diffusion (own server)", "$0"),
            ("a hare", "own-server", "flux", "unknown"),
        ):
            await ada.command(f"/generate {prompt} --model {model}", marketing)
            await eyes.see(marketing, f"1 picture: {prompt}")
            done = await eyes.see(marketing, f"Done: {prompt}", label)
            assert done.says("Cost", cost)
            assert ("$0 " in f"{done.text} ") == (cost == "$0")
        billed = elsewhere.replicate.charged + elsewhere.stability.charged
        await until_spent(desk, lambda: billed)
    assert billed == 25_000 + 80_000
    assert elsewhere.diffusion.acted == elsewhere.compatible.acted == []


@SLACK
async def test_what_is_paid_for_words_does_not_pass_for_the_price_of_a_picture(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """A picture's own price stays unknown, on the card and in its passport."""
    cost = "under $0.001, and 1 picture at an unknown price"
    async with running_desk(paid | elsewhere.settings):
        await chat.connected()
        await ada.command("/generate a hare --model own-server", marketing)
        await eyes.see(marketing, "1 picture: a hare")
        await eyes.see(marketing, "Done: a hare", cost)
        passport = await (await ada.command("/image 1", marketing)).panel()
        assert passport.says("Cost: unknown")


@SLACK
async def test_a_batch_at_an_unknown_price_is_not_free(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """In the forms, before it starts, when it is done, and in its table."""
    own = {key: value for key, value in elsewhere.settings.items() if key.startswith("COMPATIBLE")}
    async with running_desk(environ | own):
        await chat.connected()
        form = await (await root.command("/generate", marketing)).form()
        assert "flux has an unknown price" in form.text
        assert "medium (price unknown)" in form.text
        form = await (await root.command("/bulk", marketing)).form()
        assert "medium (price unknown)" in form.text
        await root.submit(form, {"Prompts": "a hare\na newt"})
        plan = await eyes.see(marketing, "Batch: 2 pictures, price unknown")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 2 of 2 pictures made")
        assert done.says("Cost", "unknown")
        assert not done.says("$0")
        await root.press(done, "List as CSV")
        table = await eyes.until(
            marketing, lambda: [one.files for one in chat.read(marketing) if one.files]
        )
        lines = csv.DictReader(io.StringIO(next(iter(table[0].values())).decode("utf-8-sig")))
        assert [line["cost_usd"] for line in lines] == ["", ""]


@PAGE
async def test_the_first_that_is_set_up_is_the_default(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """Without an OpenAI key it is Replicate; a legacy name means it, too."""
    async with running_desk(environ | elsewhere.settings):
        await chat.connected()
        await ada.command("/generate a fox --model dall-e-3", marketing)
        await eyes.see(marketing, "Done: a fox", "Flux Schnell")
    assert len(elsewhere.replicate.bill) == 1


@SLACK
async def test_a_size_that_a_model_does_not_draw_is_told_before_anything_is_paid(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """With those that it draws."""
    async with running_desk(environ | elsewhere.settings):
        await chat.connected()
        await ada.command("/generate a fox --size 512x512", marketing)
        await eyes.told(ada, "Flux Schnell does not make 512x512", "1344x768")
    assert elsewhere.replicate.calls == []


@PAGE
async def test_a_picture_that_was_blurred_is_refused_and_booked(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """Stability bills what it then will not show; the card says so."""
    elsewhere.stability.filter_next()
    async with running_desk(environ | elsewhere.settings) as desk:
        await chat.connected()
        await ada.command("/generate a fox --model stable-image-core", marketing)
        card = await eyes.see(marketing, "Not made: a fox", "blurred it", "$0.03")
        assert card.says("Cost", "$0.03")
        assert await spent(desk) == elsewhere.stability.charged == 30_000


@PAGE
async def test_a_billed_refusal_that_cannot_be_written_down_is_not_bought_again(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """The database refuses exactly there, as if the worker died: it was paid, nobody knows for
    what, and so it stays.
    """
    elsewhere.stability.filter_next()
    async with running_desk(environ | elsewhere.settings) as desk:
        await chat.connected()
        async with desk.database.engine.begin() as connection:
            await connection.exec_driver_sql(
                "CREATE TRIGGER refusing BEFORE UPDATE ON items WHEN NEW.state = 'refused' "
                "BEGIN SELECT RAISE(ABORT, 'not now'); END"
            )
        await ada.command("/generate a fox --model stable-image-core", marketing)
        await eyes.see(marketing, "Not made: a fox", "unknown", "may have cost $0.03")
        assert await spent(desk) == elsewhere.stability.charged == 30_000


@PAGE
async def test_a_free_picture_whose_answer_was_lost_is_drawn_again_by_itself(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    elsewhere: Elsewhere,
) -> None:
    """A refusal for a moment, and it goes on; the seed is the same, and so is the picture."""
    elsewhere.diffusion.refuse("busy", "txt2img", headers={"retry-after": "0.1"})
    async with running_desk(environ | elsewhere.settings):
        await chat.connected()
        await ada.command("/generate a (fox:1.9) <lora:x:1> --model sd-local", marketing)
        await eyes.see(marketing, "1 picture: a (fox:1.9)")
    assert elsewhere.diffusion.calls == ["txt2img", "txt2img"]
    assert elsewhere.diffusion.acted == []


async def test_the_doctor_tries_each_provider(tmp_path: Path, elsewhere: Elsewhere) -> None:
    """Sound, then with every key revoked; what is not set up is not spoken of."""
    environ = environment(tmp_path)
    bare = await imagedesk(environ, "doctor")
    assert "Replicate" not in bare.out
    sound = await imagedesk(environ | elsewhere.settings, "doctor")
    for line in (
        "✓ Replicate: the token works, for desk",
        "✓ Stability AI: the key works; 42.5 credits are left",
        "✓ The image server: ",
        "✓ Stable Diffusion: ",
    ):
        assert line in sound.out
    elsewhere.replicate.revoke_key("r8_test")
    elsewhere.stability.revoke_key("sk-stability")
    elsewhere.compatible.revoke_key("local")
    elsewhere.diffusion.lock()
    broken = await imagedesk(environ | elsewhere.settings, "doctor")
    assert broken.code == 1
    for line in (
        "✗ Replicate: the key is refused (HTTP 401)",
        "✗ Stability AI: the key is refused (HTTP 401)",
        "✗ The image server: ",
        "✗ Stable Diffusion: ",
    ):
        assert line in broken.out


async def test_the_doctor_keeps_passwords_to_itself_and_names_a_wrong_model(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """A password may stand in an address; a model that the server lacks is worth a look."""
    secret = elsewhere.diffusion.base_url.replace("http://", "http://ada:geheim@")
    settings = elsewhere.settings | {"SD_API_URL": secret, "COMPATIBLE_MODEL": "sdxl"}
    ended = await imagedesk(environment(tmp_path) | settings, "doctor")
    assert "✓ Stable Diffusion: http://127.0.0.1:" in ended.out
    assert "geheim" not in json.dumps([ended.out, ended.err])
    assert "! The image server: " in ended.out
    assert "does not list sdxl; it has flux" in ended.out
