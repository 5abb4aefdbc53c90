"""Accounts of one post that end at the same moment, on SQLite and on PostgreSQL."""

import asyncio

import pytest

from core.business.accounts import Account
from core.library.images import Image
from core.messages import Message
from core.publishing.posting import stop
from core.publishing.posts import Post, PostImage, RenditionKept, Target, content_hash
from core.publishing.publishing import Publishing
from core.steps import pass_by
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.library_grounds import PLACE, Library
from tests.contracts.test_library_removal import until_somebody_waits
from tests.databases import clock, database, postgres  # noqa: F401  # fixtures
from tests.fakes.network import FakeNetwork

ACCOUNTS = 3
POSTS = 5


@pytest.fixture
async def library(database: Database, clock: StoppedClock) -> Library:  # noqa: F811  # fixtures
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
