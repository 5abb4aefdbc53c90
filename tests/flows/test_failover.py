"""A provider that is busy or out: the operator's next model draws instead, and the card says so."""

from collections.abc import AsyncIterator

import pytest

from core.errors import ActionNeeded
from tests.desk import free_port, running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_paid_pictures import until_spent
from tests.platforms.openai import OpenAIServer
from tests.platforms.replicate import ReplicateServer

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateServer]:
    """A fresh Replicate; whatever broke its contract fails the test at its end."""
    async with ReplicateServer() as server:
        server.accept_key("r8_test")
        yield server
        assert server.violations == []


@pytest.fixture
def both(
    environ: dict[str, str], openai: OpenAIServer, replicate: ReplicateServer
) -> dict[str, str]:
    """A desk with OpenAI, where two of Replicate's models stand in; the first costs too much."""
    return environ | {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": openai.base_url,
        "REPLICATE_API_TOKEN": "r8_test",
        "REPLICATE_API_URL": replicate.base_url,
        "REPLICATE_IMAGES_PER_MINUTE": "600",
        "FAILOVER": "flux-1.1-pro, flux-schnell",
    }


async def test_a_busy_provider_s_picture_is_made_by_the_next_model_within_the_price(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """The card names both models; the bill is the other provider's; the library knows the real."""
    openai.refuse("rate_limited", times=None, retry_after=60)
    async with running_desk(both) as desk:
        await chat.connected()
        await ada.command("/generate a fox --size 1024x1792 --count 2", marketing)
        await eyes.see(marketing, "2 pictures: a fox")
        status = await eyes.see(marketing, "Done: a fox")
        assert status.says("GPT Image 2.5 Flare was busy or out: 2 pictures made by Flux Schnell.")
        assert status.says("Estimate", "$0.026", "Cost")
        await until_spent(desk, lambda: openai.charged + replicate.charged)
        async with desk.database.read() as uow:
            image = await uow.images.get(1)
            assert image is not None
            assert (image.provider, image.ai_model) == ("replicate", "flux-schnell")
    assert openai.bill == []
    assert len(replicate.bill) == 2


@PAGE
async def test_a_moment_of_waiting_is_not_passed_on(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """An answer "in one second" is waited out, and the model that was asked for draws."""
    openai.refuse("rate_limited", retry_after=1)
    async with running_desk(both):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
    assert len(openai.bill) == 1
    assert replicate.bill == []


@PAGE
async def test_a_provider_that_is_out_loses_its_pictures_of_an_order_but_none_is_lost(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    replicate: ReplicateServer,
) -> None:
    """Nothing listens at its address: surely not made, and each picture goes to the next model."""
    out = both | {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "OPENAI_API_KEY": ""}
    out |= {"COMPATIBLE_API_URL": out["OPENAI_BASE_URL"], "FAILOVER": "flux-schnell, sketch"}
    async with running_desk(out):
        await chat.connected()
        await ada.command("/generate a fox --count 2 --model own-server", marketing)
        await eyes.see(marketing, "2 pictures: a fox")
        status = await eyes.see(marketing, "Done: a fox", "was busy or out: 2 pictures made by")
        assert status.says("Sketch (no AI)", "Cost", "$0")
    assert replicate.bill == []


@PAGE
async def test_what_may_have_been_paid_is_never_passed_on(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """A lost answer is unknown, with its price, and nobody else is asked."""
    openai.drop_after("generate")
    async with running_desk(both):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "Not made: a fox", "may have cost $0.016", "Make again")
    assert len(openai.bill) == 1
    assert replicate.bill == []


@PAGE
async def test_an_order_waits_where_no_other_model_is_within_its_price(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """The others cost more than was reserved: the card says why it waits."""
    openai.refuse("rate_limited", times=None, retry_after=60)
    async with running_desk(both | {"FAILOVER": "flux-1.1-pro, flux-dev"}):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "a fox", "busy")
    assert replicate.bill == []


@PAGE
async def test_a_batch_is_passed_on_picture_by_picture(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """While its provider is out the others of the batch need not ask it again for themselves."""
    openai.refuse("rate_limited", times=None, retry_after=60)
    async with running_desk(both) as desk:
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": "\n".join(f"a fox {one}" for one in range(12))})
        await root.press(await eyes.see(marketing, "Batch: 12 pictures"), "Start")
        card = await eyes.see(marketing, "12 pictures made by Flux Schnell", "GPT Image 2.5 Flare")
        assert card.says("busy or out")
        await until_spent(desk, lambda: openai.charged + replicate.charged)
    assert len(replicate.bill) == 12
    assert openai.bill == []
    assert openai.calls.count("generate") < 12


@PAGE
async def test_a_model_in_the_settings_that_does_not_exist_is_named(both: dict[str, str]) -> None:
    """A slip there would else show only on the day of an outage."""
    with pytest.raises(ActionNeeded) as told:
        async with running_desk(both | {"FAILOVER": "flux-schnel"}):
            pass
    assert told.value.facts["problems"] == ["FAILOVER: flux-schnel is no model"]
