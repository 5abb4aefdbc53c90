"""The contract of removals and passports, on SQLite and on PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from typing import get_args

import pytest
from sqlalchemy import text

from core.business.members import new_id
from core.chat import Attachment
from core.errors import TryLater, UserError
from core.generation.jobs import Attempt, Item, ItemState, Job
from core.library.images import star
from core.library.keys import incoming_key
from core.library.passport import Passport, read_passport
from core.library.removal import delete_orphan, uses_of
from core.messages import Message
from core.publishing.posting import resolve
from core.publishing.posts import TargetState
from core.review.reviewing import mark, read_review, unmark
from core.review.signals import Signal
from storage.database import Database
from tests.contracts.library_grounds import PLACE, Library
from tests.fakes.blobs import MemoryBlobs

NAMED = {"published", "unknown", "scheduled"}
MOVING = {"claimed", "staged", "sending"}


async def until_somebody_waits(database: Database) -> None:
    """Until a unit of work waits for what another holds: on SQLite the second one does at once."""
    if database.engine.dialect.name != "postgresql":
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with database.engine.connect() as connection:
        for _ in range(1000):
            if await connection.scalar(waiting):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


# ── removing ─────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_left_of_a_removed_image(library: Library) -> None:
    """Its row goes at once; original, thumbnail, preview and renditions go with the task."""
    image, kept = await library.add(), await library.add("kept.png")
    await library.make(image)
    target = await library.post("published", image, kept)
    removal = await library.remove(image, although_used=True)
    assert await library.names() == ["kept.png"]
    assert len(removal.keys) == 4
    await library.erase(removal)
    assert set(library.blobs.objects) == {
        kept.storage_key,
        kept.thumbnail_key,
        target.renditions[1].key,
    }
    assert await library.orphans() == []


async def test_a_removal_may_be_repeated(library: Library) -> None:
    """The second time there is nothing to do."""
    removal = await library.remove(await library.add())
    for _ in range(2):
        await library.erase(removal)
    assert library.blobs.objects == {}


async def test_bytes_that_two_images_share_stay_until_both_are_gone(library: Library) -> None:
    """An object is deleted only when no row names it."""
    image = await library.add()
    twin = await library.add(sha256=image.sha256)
    assert twin.storage_key == image.storage_key
    await library.erase(await library.remove(image))
    assert set(library.blobs.objects) == {twin.storage_key, twin.thumbnail_key}
    await library.erase(await library.remove(twin))
    assert library.blobs.objects == {}


@pytest.mark.parametrize("state", get_args(TargetState))
async def test_whoever_deletes_hears_of_posts_first(library: Library, state: TargetState) -> None:
    """Of those that stand or are scheduled by name; one that is being sent cannot lose its
    picture. Drafts and what failed do not count.
    """
    image = await library.add()
    await library.post(state, image, title="Autumn")
    if state in NAMED | MOVING:
        with pytest.raises(UserError) as refused:
            await library.remove(image)
        expected = "image_in_use" if state in NAMED else "image_on_its_way"
        assert refused.value.trouble.code == expected
        assert refused.value.facts == {"posts": ["Autumn"]}
        assert await library.names() == ["fox.png"]
    if state in MOVING:
        with pytest.raises(UserError):
            await library.remove(image, although_used=True)
    else:
        await library.erase(await library.remove(image, although_used=True))
        assert library.blobs.objects == {}


async def test_a_scheduled_post_becomes_a_draft_without_the_picture(library: Library) -> None:
    """Nothing that nobody has seen like this goes out; a post that stands is left alone."""
    image, kept = await library.add(), await library.add("kept.png")
    scheduled = await library.post("scheduled", image, kept)
    published = await library.post("published", kept, image)
    await library.remove(image, although_used=True)
    async with library.database.read() as uow:
        for target, state in ((scheduled, "draft"), (published, "published")):
            row, post = await uow.targets.get(target.id), await uow.posts.get(target.post_id)
            assert row
            assert post
            assert [one.image_id for one in post.images] == [kept.id]
            assert row.state == state
            assert [one.key for one in row.renditions] == [
                one.key for one in target.renditions if kept.sha256[:12] in one.key
            ]
        assert await uow.posts.with_image(image.id) == []
        assert len(await uow.posts.with_image(kept.id)) == 2


async def test_only_its_creator_approvers_and_admins_delete_an_image(library: Library) -> None:
    """Others are told that it is not theirs."""
    image = await library.add()
    with pytest.raises(UserError) as refused:
        await library.remove(image, library.bob)
    assert refused.value.code == "not_yours"
    library.bob.approver = True
    await library.remove(image, library.bob)


async def test_a_store_that_is_out_is_asked_again(library: Library) -> None:
    """What was deleted stays so, the rest is tried later, and nothing is forgotten."""

    class Away(MemoryBlobs):
        async def delete(self, key: str) -> None:
            raise TryLater("storage_unavailable", after=30, key=key)

    removal = await library.remove(await library.add())
    await library.erase(removal, Away())
    async with library.database.read() as uow:
        row = await uow.removals.get(removal.id)
    assert row
    assert (row.ended_at, row.trouble and row.trouble.code) == (None, "storage_unavailable")
    library.clock.pass_(31)
    async with library.database.write() as uow:
        assert await uow.removals.to_wake(uow.later(10)) == [removal.id]
    await library.erase(removal)
    assert library.blobs.objects == {}


async def test_the_same_bytes_may_come_again(library: Library) -> None:
    """Not while they are being deleted; afterwards whoever had put them before puts them again."""
    image = await library.add()
    removal = await library.remove(image)
    again = library.image("fox.png", sha256=image.sha256)
    assert await library.insert_soon(again) == "image_being_removed"
    async with library.database.read() as uow:
        assert not await uow.removals.ended(library.id, image.sha256)
    await library.erase(removal)
    assert await library.insert_soon(again) == ""
    async with library.database.read() as uow:
        assert await uow.removals.ended(library.id, image.sha256)
        assert not await uow.removals.ended(library.other, image.sha256)
    library.clock.pass_(86_401)
    async with library.database.write() as uow:
        await uow.removals.forget(uow.later(-86_400))
        assert not await uow.removals.ended(library.id, image.sha256)


async def test_its_job_says_that_it_was_deleted(library: Library) -> None:
    """The item stays with what it cost, and cannot be chosen any more."""
    image = await library.add()
    item = await library.make(image)
    await library.remove(image)
    async with library.database.read() as uow:
        row, review = await uow.items.get(item.id), await read_review(uow, item.job_id)
    assert row
    assert (row.image_id, row.preview_key) == (None, None)
    assert row.trouble
    assert row.trouble.code == "image_removed"
    assert review.selected == []


async def test_the_sweeper_finds_what_no_row_names(library: Library) -> None:
    """Nothing that is young, that a row names, or that is none of ours."""
    image = await library.add()
    item = await library.make(image)
    await library.post("published", image)
    async with library.database.write() as uow:
        open_ = Attempt(item.id, uow.now, 0)
        uow.attempts.add(open_)
    stray = {
        f"{library.id}/{'a' * 64}-lost.png",
        f"{library.id}/t/{'b' * 64}.jpg",
        f"{library.id}/previews/{new_id()}.jpg",
        f"{library.id}/partials/{item.id}-0123.jpg",
        f"{library.id}/p/0123456789ab-gone.jpg",
        f"{library.other}/{image.sha256}-fox.png",
        f"spool/{new_id()}",
        f"trial/{new_id()}.jpg",
    }
    for key in (*stray, f"spool/{open_.id}", "somebody/elses.txt"):
        await library.blobs.put(key, b"", "image/png")
    young = f"{library.id}/{'c' * 64}-young.png"
    await library.blobs.put(young, b"", "image/png")
    library.blobs.changed[young] = datetime(2999, 1, 1, tzinfo=UTC)
    assert set(await library.orphans()) == stray


async def test_the_sweeper_spares_a_picture_that_came_back(library: Library) -> None:
    """Brought again after it was found to be an orphan, it is not deleted; what is one still is."""
    image = library.image("fox.png")
    stray = f"{library.id}/{'a' * 64}-lost.png"
    for key in (image.storage_key, image.thumbnail_key, stray):
        await library.blobs.put(key, b"", "image/png")
    orphans = await library.orphans()
    assert len(orphans) == 3
    async with library.database.write() as uow:
        await uow.images.insert(image)
    deleted = [key for key in orphans if await delete_orphan(library.database, library.blobs, key)]
    assert deleted == [stray]
    assert set(library.blobs.objects) == {image.storage_key, image.thumbnail_key}


async def test_the_sweeper_spares_a_file_on_its_way(library: Library) -> None:
    """As it was brought, it is needed until its item has ended, and then no more."""
    states: tuple[ItemState, ...] = ("queued", "generating", "completed", "refused")
    keys = {state: incoming_key(new_id()) for state in states}
    async with library.database.write() as uow:
        job = Job(library.id, library.ada.id, "upload", PLACE, None, uow.now, new_id())
        uow.jobs.add(job)
        for number, (state, key) in enumerate(keys.items(), 1):
            file = Attachment(key, "shop.jpg", "", 9)
            uow.items.add(Item(job.id, library.id, number, "shop.jpg", 0, state, file))
    forgotten = incoming_key(new_id())
    for key in (*keys.values(), forgotten):
        await library.blobs.put(key, b"as it came", "application/octet-stream")
    left_over = {keys["completed"], keys["refused"], forgotten}
    assert set(await library.orphans()) == left_over


# ── what other rooms say of an image ─────────────────────────────────────────────────────────────


async def test_a_removal_and_a_worker_never_wait_for_each_other(library: Library) -> None:
    """A worker whose job makes pictures for a draft has its own card drawn again, then the
    draft's. Somebody removes a picture of both between the two: neither is ended by the database.
    """
    image = await library.add()
    item = await library.make(image)
    target = await library.post("scheduled", image)
    async with library.database.write() as uow:
        job = await uow.jobs.lock(item.job_id)
        assert job
        job.post_id = target.post_id
        uow.messages.add(Message(library.id, "status", job.id, PLACE, "ada", uow.now))
    async with asyncio.TaskGroup() as both, library.database.write() as uow:
        assert len(await uow.messages.want("status", item.job_id)) == 1
        both.create_task(library.remove(image, although_used=True))
        await until_somebody_waits(library.database)
        assert len(await uow.messages.want("post", target.post_id)) == 1
        assert len(await uow.messages.want("result", item.job_id)) == 1
    assert await library.names() == []


async def passport_of(library: Library, image_id: int) -> Passport:
    """The passport as it stands."""
    async with library.database.read() as uow:
        image = await uow.images.get(image_id)
        assert image
        return await read_passport(uow, image)


async def test_a_passport_tells_where_an_image_comes_from_and_went(library: Library) -> None:
    """Prompt, model, parameters, cost, parent and children, who chose, approved and starred it,
    and where it stands, with links.
    """
    parent = await library.add("parent.png", source="upload")
    image = await library.add(ai_prompt="a fox", parent_id=parent.id, provider="openai")
    child = await library.add("child.png", parent_id=image.id)
    item = await library.make(image)
    library.bob.approver = True
    async with library.database.write() as uow:
        job = await uow.jobs.get(item.job_id)
        assert job
        await mark(uow, job, library.ada, Signal.CHOOSE, 1, "")
        await mark(uow, job, library.ada, Signal.FAVOURITE, 0, "")
        await mark(uow, job, library.bob, Signal.APPROVE, 0, "")
    await library.post("published", image)
    passport = await passport_of(library, image.id)
    made = passport.making
    assert made
    assert (made.prompt, made.revised_prompt, made.cost) == ("a fox", "a red fox", 41_000)
    assert (made.provider, made.model, made.quality) == ("openai", "gpt-image-1.5", "medium")
    assert (made.size, made.seed, made.number) == ("1024x1024", 7, 1)
    assert passport.creator == "Ada"
    assert passport.parent
    assert (passport.parent.id, [one.id for one in passport.children]) == (parent.id, [child.id])
    assert [one.name for one in passport.chosen_by] == ["Ada"]
    assert [one.name for one in passport.approved_by] == ["Bob"]
    assert [one.name for one in passport.starred_by] == ["Ada"]
    (use,) = passport.uses
    assert (use.account, use.state, use.url) == (
        "Site · Acme",
        "published",
        "https://example.test/p/1",
    )


async def test_an_uploads_passport_has_no_making(library: Library) -> None:
    """Nor a parent; a parent that is gone leaves its number."""
    image = await library.add(source="upload", parent_id=99)
    passport = await passport_of(library, image.id)
    assert (passport.making, passport.parent, passport.image.parent_id) == (None, None, 99)


async def test_marks_on_a_card_reach_the_library(library: Library) -> None:
    """✅ and ⭐ are what the library's filters ask for; taken away, they are so there too."""
    item = await library.make(await library.add())
    for act, expected in ((mark, 1), (unmark, 0)):
        async with library.database.write() as uow:
            job = await uow.jobs.get(item.job_id)
            assert job
            await act(uow, job, library.ada, Signal.FAVOURITE, 0, "")
            await act(uow, job, library.ada, Signal.APPROVE, 0, "")
        for chosen in ("favourites", "approved"):
            assert (await library.ask(filter=chosen)).total == expected


async def test_a_post_that_somebody_saw_counts_as_use(library: Library) -> None:
    """A person's word that it stands is as good as proof; each post counts once."""
    image = await library.add()
    target = await library.post("unknown", image, image)
    async with library.database.write() as uow:
        post = await uow.posts.get(target.post_id)
        assert post
        await resolve(uow, post, target.id, "live")
    (found,) = (await library.ask(filter="published")).images
    assert (found.usage_count, found.last_used_at) == (1, library.clock.now())


async def test_uses_name_only_what_people_see_or_will_see(library: Library) -> None:
    """A draft is nobody's concern yet."""
    image = await library.add()
    for state in get_args(TargetState):
        await library.post(state, image)
    async with library.database.read() as uow:
        states = {use.state for use in await uses_of(uow, image.id)}
        await star(uow, image.id, library.ada.id)
    assert states == NAMED | MOVING
