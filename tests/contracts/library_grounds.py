"""A library to ask: businesses with members, and images, posts and jobs, as short as to say.

Owns how rows are made for the library's contract. It must not know what is being proved.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.business.accounts import Account
from core.business.ledger import Entry
from core.business.members import Business, Member, new_id
from core.chat import Place
from core.errors import TryLater
from core.generation.jobs import Attempt, Item, Job
from core.generation.orders import Order
from core.library.finding import Found, find
from core.library.images import Image
from core.library.keys import original_key, thumbnail_key
from core.library.removal import Removal, Removing, find_orphans, remove_image
from core.library.search import Given, Search, read_search
from core.messages import Message
from core.publishing.posts import Post, PostImage, RenditionKept, Target, TargetState
from core.steps import pass_by
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.fakes.blobs import MemoryBlobs

PLACE = Place("web", "acme", "Acme", "general")
ORDER = Order(
    prompt="a fox",
    provider="openai",
    model="gpt-image-1.5",
    quality="medium",
    size="1024x1024",
    style="",
    count=1,
    price=40_000,
)


class Library:
    """The library of one business, `other` being another one. Time goes by with every image."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock
        self.blobs = MemoryBlobs()
        self.id = 0
        self.other = 0
        self.ada = Member(0, "web", "ada", "Ada")
        self.bob = Member(0, "web", "bob", "Bob")

    async def found(self) -> None:
        """Begin both businesses."""
        async with self.database.write() as uow:
            acme, rival = Business("Acme", uow.now), Business("Rival", uow.now)
            await uow.businesses.join("web", "acme", acme)
            await uow.businesses.join("web", "rival", rival)
            self.id, self.other = acme.id, rival.id
            for member in (self.ada, self.bob):
                member.business_id = acme.id
                uow.members.add(member)

    async def add(self, name: str = "fox.png", **facts: object) -> Image:
        """An image; `facts` are what matters of it. Its objects lie in the store."""
        self.clock.pass_(60)
        image = self.image(name, **facts)
        async with self.database.write() as uow:
            await uow.images.insert(image)
        await self.blobs.put(image.storage_key, b"original", image.mime_type)
        await self.blobs.put(image.thumbnail_key, b"thumbnail", "image/jpeg")
        return image

    def image(self, name: str, **facts: object) -> Image:
        """An image that is not in the library yet."""
        business_id = int(str(facts.pop("business_id", self.id)))
        digest = str(facts.pop("sha256", hashlib.sha256(new_id().encode()).hexdigest()))
        image = Image(
            business_id=business_id,
            filename=name,
            original_filename=name,
            file_size=1000,
            mime_type="image/png",
            width=1024,
            height=1024,
            sha256=digest,
            source_sha256=digest,
            dhash="0123456789abcdef",
            storage_provider="memory",
            storage_key=original_key(business_id, digest, name),
            thumbnail_key=thumbnail_key(business_id, digest),
            is_ai_generated=facts.get("source", "generate") == "generate",
            creator_id=self.ada.id,
            created_at=self.clock.now(),
            updated_at=self.clock.now(),
        )
        for fact, value in facts.items():
            setattr(image, fact, value)
        return image

    async def change(self, image: Image, **facts: object) -> None:
        """Write facts of an image anew."""
        async with self.database.write() as uow:
            row = await uow.images.lock(image.id)
            for fact, value in facts.items():
                setattr(row, fact, value)

    async def ask(self, business_id: int | None = None, **given: Given) -> Found:
        """The answer to a search, asked as people ask."""
        return await self.find(read_search(given), business_id)

    async def find(self, search: Search, business_id: int | None = None) -> Found:
        """The answer to a search."""
        async with self.database.read() as uow:
            return await find(uow, business_id or self.id, search)

    async def names(self, **given: Given) -> list[str]:
        """The file names that answer, in order."""
        return [image.filename for image in (await self.find(read_search(given))).images]

    async def walk(self, search: Search) -> list[list[int]]:
        """The ids page by page, forwards by cursor to the end."""
        pages, found = [], await self.find(search)
        while True:
            pages.append([image.id for image in found.images])
            if not found.after:
                return pages
            found = await self.find(replace(search, cursor=found.after))

    async def make(self, image: Image) -> Item:
        """The job of which this image came, with what it cost and its previews."""
        async with self.database.write() as uow:
            card = Message(self.id, "result", new_id(), PLACE, "ada", uow.now)
            job = Job(self.id, self.ada.id, "generate", PLACE, ORDER, uow.now, card.root_id)
            card.subject_id = job.id
            item = Item(job.id, self.id, 1, "a fox", 7, "completed", image_id=image.id)
            item.preview_key = f"{self.id}/previews/{item.id}.jpg"
            attempt = Attempt(item.id, uow.now, 40_000, "made", {}, 41_000, "a red fox")
            booked = Entry(
                self.id, self.ada.id, job.id, item.id, "settle", 41_000, "2026-11-21", uow.now
            )
            uow.messages.add(card)
            uow.jobs.add(job)
            uow.items.add(item)
            uow.attempts.add(attempt)
            uow.ledger.add(booked)
        await self.blobs.put(item.preview_key or "", b"preview", "image/jpeg")
        return item

    async def post(self, state: TargetState, *images: Image, title: str = "Autumn") -> Target:
        """A post of these images with one target in `state`, its renditions in the store."""
        async with self.database.write() as uow:
            known = await uow.accounts.of_business(self.id)
            account = known[0] if known else Account(self.id, "site", "1", "Acme", "", uow.now)
            if not known:
                uow.accounts.add(account)
            shown = [PostImage(image.id, image.sha256, "") for image in images]
            name = f"post-{new_id()}"
            post = Post(self.id, self.ada.id, PLACE, new_id(), uow.now, "Words", shown, name, title)
            target = Target(post.id, self.id, account.id, state)
            target.renditions = [
                RenditionKept(f"{self.id}/p/{image.sha256[:12]}-{name}.jpg", 800, 800)
                for image in images
            ]
            target.url = "https://example.test/p/1" if state == "published" else ""
            uow.posts.add(post)
            uow.targets.add(target)
            uow.messages.add(Message(self.id, "post", post.id, PLACE, "ada", uow.now))
        for kept in target.renditions:
            await self.blobs.put(kept.key, b"rendition", "image/jpeg")
        return target

    async def remove(
        self, image: Image, member: Member | None = None, *, although_used: bool = False
    ) -> Removal:
        """Have Ada (or `member`) remove an image; its objects are still there."""
        async with self.database.write() as uow:
            row = await uow.images.lock(image.id)
            assert row is not None
            return await remove_image(uow, row, member or self.ada, although_used=although_used)

    async def erase(self, removal: Removal, blobs: MemoryBlobs | None = None) -> None:
        """Run the task."""
        removing = Removing(self.database, blobs or self.blobs, pass_by)
        await removing.remove(removal.id)

    async def orphans(self) -> list[str]:
        """What nobody names, two hours later."""
        later = datetime.now(UTC) + timedelta(hours=2)
        return await find_orphans(self.database, self.blobs, later)

    async def insert_soon(self, image: Image) -> str:
        """What comes of inserting it: its code of refusal, or nothing."""
        try:
            async with self.database.write() as uow:
                await uow.images.insert(image)
        except TryLater as error:
            return error.code
        return ""


def ids(images: Sequence[Image]) -> list[int]:
    """Their ids."""
    return [image.id for image in images]
