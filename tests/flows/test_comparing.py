"""Blind comparisons: pictures from several models, unveiled by a choice that counts as a vote."""

import re
from collections.abc import AsyncIterator

import pytest

from core.generation.prices import read_catalogue
from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_paid_pictures import until_spent
from tests.platforms.compatible import CompatibleServer
from tests.platforms.openai import OpenAIServer
from tests.platforms.replicate import ReplicateServer

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)
LABELS = {name: model.label for name, model in read_catalogue().models.items()}
TELLING = (*LABELS, *LABELS.values(), "OpenAI", "openai", "Replicate", "replicate", "Flux", "$")
"""None of these may be read while a comparison is blind."""


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
    """A desk with two providers."""
    return environ | {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": openai.base_url,
        "REPLICATE_API_TOKEN": "r8_test",
        "REPLICATE_API_URL": replicate.base_url,
        "REPLICATE_IMAGES_PER_MINUTE": "600",
    }


def readable(eyes: Eyes, where: Where) -> str:
    """All that can be read there: texts, pictures' descriptions, menus, names of files."""
    return "\n".join(
        "\n".join((one.text, *one.alts, *one.files, *sum(one.menus.values(), ()), *one.menus))
        for one in eyes.all(where)
    )


async def scores(ada: Person, where: Where) -> str:
    """What /scoreboard says."""
    return (await ada.command("/scoreboard", where)).text


async def test_three_models_are_compared_blind_and_the_vote_moves_with_the_choice(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """A, B and C without a word of who drew them; a choice tells models, costs and the score."""
    async with running_desk(both) as desk:
        await chat.connected()
        assert "No comparison" in await scores(ada, marketing)
        asked = await ada.command("/generate a fox --model gpt-image-2 --compare 3", marketing)
        assert asked.text == ""
        pictures = await eyes.see(marketing, "3 pictures: a fox", "1️⃣ A, 2️⃣ B, 3️⃣ C")
        status = await eyes.see(marketing, "Done: a fox", "hidden until somebody chooses")
        await until_spent(desk, lambda: openai.charged + replicate.charged)
        said = readable(eyes, marketing)
        assert [word for word in TELLING if word in said] == []
        assert [alt.split(":")[0] for alt in pictures.alts] == [
            "Picture A",
            "Picture B",
            "Picture C",
        ]
        assert pictures.menus["Choose the best"] == ("Picture A", "Picture B", "Picture C")
        assert "📦 Originals" not in pictures.menus["More"]

        await ada.react(pictures, "2️⃣")
        pictures = await eyes.changed(pictures, "🏆 B:", "Chosen by Ada: B.", "$0.003")
        assert pictures.says("Flux Schnell", "GPT Image 2,", "GPT Image 2.5 Flare")
        assert "📦 Originals" in pictures.menus["More"]
        status = await eyes.changed(status, "Estimate", "$", without="hidden")
        lines = dict(re.findall(r"([ABC]): ([^:\n]+), \$", pictures.text))
        assert set(lines.values()) == {"Flux Schnell", "GPT Image 2", "GPT Image 2.5 Flare"}
        first = await scores(ada, marketing)
        assert f"1. {lines['B']}: won 1 of 1 comparison" in first
        assert f"{lines['A']}: won 0 of 1 comparison" in first

        await ada.choose(pictures, "Choose the best", ["Picture A"])
        pictures = await eyes.changed(pictures, "🏆 A:", "Chosen by Ada: A.")
        moved = await scores(ada, marketing)
        assert f"1. {lines['A']}: won 1 of 1 comparison" in moved
        assert f"{lines['B']}: won 0 of 1 comparison" in moved

        async with desk.database.read() as uow:
            kept = {(await uow.images.get(number)).ai_model for number in (1, 2, 3)}  # type: ignore[union-attr]  # three were made
        assert kept == {"gpt-image-2", "gpt-image-2.5-flare", "flux-schnell"}


@PAGE
async def test_an_approval_unveils_but_is_a_vote_only_for_a_single_picture(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, both: dict[str, str]
) -> None:
    """✅ on all is no vote; 🔁 compares the same models anew, under letters of their own."""
    async with running_desk(both):
        await chat.connected()
        await ada.command("/generate a fox --compare 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox", "Choose the best")
        await ada.react(pictures, "✅")
        pictures = await eyes.changed(pictures, "Approved by Ada: A and B", "No vote yet")
        assert pictures.says("GPT Image 2.5 Flare", "Flux Schnell")
        assert "No comparison" in await scores(ada, marketing)
        await ada.press(pictures, "Again")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "2 pictures: a fox")) == 2)
        second = eyes.all(marketing, "2 pictures: a fox")[1]
        assert second.says("Models and costs are hidden until somebody chooses")
        await ada.choose(second, "Choose the best", ["Picture B"])
        await eyes.changed(second, "🏆 B:")
        assert "won 1 of 1" in await scores(ada, marketing)


@PAGE
async def test_a_picture_that_fails_does_not_tell_whose_it_was(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """Its provider's reason is said after the choice; nobody else draws in its place."""
    openai.refuse("moderation_blocked")
    async with running_desk(both | {"FAILOVER": "flux-schnell, sketch"}):
        await chat.connected()
        await ada.command("/generate a fox --model flux-dev --compare 3", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        status = await eyes.see(marketing, "2 of 3", ": not made.")
        said = readable(eyes, marketing)
        assert [word for word in TELLING if word in said] == []
        await ada.choose(pictures, "Choose the best", [pictures.menus["Choose the best"][0]])
        await eyes.changed(pictures, "🏆")
        await eyes.changed(status, "violence", without="not made.")
    assert len(replicate.bill) == 2


@PAGE
async def test_sketch_takes_part_where_there_is_no_other_and_is_said_to_be_none(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Whoever asked for three is told of two; a form keeps what is to be compared."""
    async with CompatibleServer() as server:
        server.accept_key("local")
        own = {"COMPATIBLE_API_URL": server.base_url, "COMPATIBLE_API_KEY": "local"}
        async with running_desk(environ | own):
            await chat.connected()
            form = await (await ada.command("/generate --compare 3", marketing)).form()
            await ada.submit(form, {"Prompt": "a fox"})
            await eyes.told(ada, "Only 2 models can be used here")
            pictures = await eyes.see(marketing, "2 pictures: a fox", "Choose the best")
            await ada.react(pictures, "1️⃣")
            await eyes.changed(pictures, "Sketch (no AI), $0", "unknown", "🏆 A:")
        assert server.violations == []


@PAGE
async def test_a_comparison_that_cannot_be_is_refused_and_nothing_is_made(
    chat: Chat, ada: Person, marketing: Where, environ: dict[str, str]
) -> None:
    """One model alone, a wrong number, several pictures of each."""
    async with running_desk(environ):
        await chat.connected()
        for line, said in (
            ("/generate a fox --compare 2", "needs two models"),
            ("/generate a fox --compare 5", "Compare 2 or 3 models, not “5”"),
            ("/generate a fox --compare 2 --count 2", "leave --count out"),
        ):
            answer = await ada.command(line, marketing)
            assert said in answer.text
            assert "Nothing was made" in answer.text
