"""Accounts of one post that end at the same moment, on SQLite and on PostgreSQL."""

import asyncio

import pytest

from core.business.accounts import Account
from core.library.images import Image
from core.messages import Message
from core.publishing.posting import NetworkFacts, approve, resolve, stop
from core.publishing.posts import Post, PostImage, RenditionKept, Target, content_hash
from core.publishing.publishing import Publishing
from core.steps import pass_by
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.library_grounds import PLACE, Library
from tests.contracts.test_library_removal import until_somebody_waits
from tests.fakes.network import FakeNetwork

ACCOUNTS = 3
POSTS = 5


@pytest.fixture
async def library(database: Database, clock: StoppedClock) -> Library:
    """A library whose business has several accounts."""
    library = Library(database, clock)
    await library.found()
    async with database.write() as uow:
        for number in range(ACCOUNTS):
            uow.accounts.add(Account(library.id, "fake", str(number), "Acme", "", uow.now))
    return library


async def approved(library: Library, image: Image, name: str) -> tuple[Post, list[Target]]:
    """A post of this picture for every account, with its card, that is due."""
    key = f"{library.id}/p/{image.sha256[:12]}-{name}.jpg"
    await library.blobs.put(key, b"rendition", "image/jpeg")
    async with library.database.write() as uow:
        accounts = [account.id for account in await uow.accounts.of_business(library.id)]
        card = Message(library.id, "post", name, PLACE, "ada", uow.now)
        shown = [PostImage(image.id, image.sha256, "")]
        post = Post(
            library.id, library.ada.id, PLACE, card.id, uow.now, "Words", shown, name, "Autumn"
        )
        card.subject_id = post.id
        post.approved_hash = content_hash(post, accounts)
        targets = [
            Target(post.id, library.id, account, "scheduled", uow.now) for account in accounts
        ]
        uow.posts.add(post)
        uow.messages.add(card)
        for target in targets:
            target.renditions = [RenditionKept(key, 800, 800)]
            uow.targets.add(target)
    return post, targets


async def test_accounts_that_end_together_tell_the_outcome_and_count_one_use(
    library: Library,
) -> None:
    """Each looks at the others to see whether it is the last, and whether it is the first."""
    network = FakeNetwork()
    task = Publishing(
        library.database, {"fake": network}, library.blobs, lambda _: "secret", pass_by
    )
    image = await library.add()
    made = [await approved(library, image, f"post-{number}") for number in range(POSTS)]
    for _, targets in made:
        async with asyncio.TaskGroup() as together:
            for target in targets:
                together.create_task(task.publish(target.id))
    assert len(network.posts) == ACCOUNTS * POSTS
    async with library.database.read() as uow:
        for post, _ in made:
            assert len(await uow.messages.of_subject("outcome", post.id)) == 1
        used = await uow.images.get(image.id)
    assert used
    assert used.usage_count == POSTS


async def test_who_says_stop_while_a_worker_takes_the_post_is_told_that_it_is_too_late(
    library: Library,
) -> None:
    """And the worker goes on with what it took."""
    post, targets = await approved(library, await library.add(), "post")
    said: list[bool] = []

    async def say_stop() -> None:
        async with library.database.write() as uow:
            held = await uow.posts.lock(post.id)
            assert held
            said.append(await stop(uow, held))

    async with asyncio.TaskGroup() as both, library.database.write() as uow:
        for target in targets:
            taken = await uow.targets.claim(target.id, uow.later(8))
            assert taken
            taken.move("claimed")
        both.create_task(say_stop())
        await until_somebody_waits(library.database)
    assert said == [False]
    async with library.database.read() as uow:
        assert {one.state for one in await uow.targets.of_post(post.id)} == {"claimed"}


async def test_what_was_published_meanwhile_is_not_approved_once_more(library: Library) -> None:
    """Whoever publishes all drafts has read them before; somebody else was quicker with one."""
    post, targets = await approved(library, await library.add(), "post")
    async with library.database.write() as uow:
        for target in targets:
            row = await uow.targets.lock(target.id)
            assert row
            row.move("draft")
    network = FakeNetwork()
    facts = {"fake": NetworkFacts("Fake", network.rules)}

    async def publish() -> bool:
        async with library.database.write() as uow:
            row = await uow.targets.lock(targets[0].id)
            assert row
            is_first = row.state == "draft"
            if is_first:
                for state in ("scheduled", "claimed", "staged", "sending", "published"):
                    row.move(state)
            return is_first

    async with library.database.write() as uow:
        read_before = await uow.targets.of_post(post.id)
        assert {one.state for one in read_before} == {"draft"}
        publishing = asyncio.create_task(publish())
        if library.database.engine.dialect.name == "postgresql":  # SQLite lets it wait
            await publishing
        held = await uow.posts.get(post.id)
        assert held
        await approve(uow, held, library.ada, facts, 20)
    expected = "published" if await publishing else "scheduled"
    async with library.database.read() as uow:
        states = {one.id: one.state for one in await uow.targets.of_post(post.id)}
    assert states.pop(targets[0].id) == expected
    assert set(states.values()) == {"scheduled"}


@pytest.mark.parametrize("word", ["live", "leave", "again"])
async def test_a_word_on_a_post_of_a_batch_is_told_on_the_batchs_card(
    library: Library, word: str
) -> None:
    """It counts how many of its posts stand."""
    item = await library.make(await library.add())
    target = await library.post("unknown")
    async with library.database.write() as uow:
        card = Message(library.id, "status", item.job_id, PLACE, "ada", uow.now)
        post = await uow.posts.lock(target.post_id)
        assert post
        post.job_id = item.job_id
        uow.messages.add(card)
    async with library.database.write() as uow:
        await resolve(uow, post, target.id, word)
    async with library.database.read() as uow:
        drawn = await uow.messages.get(card.id)
    assert drawn
    assert drawn.wanted > card.wanted
