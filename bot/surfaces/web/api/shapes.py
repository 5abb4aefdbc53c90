"""The shapes of the HTTP API's answers and questions: names and types as REQUIREMENTS.md gives
them.

Owns these shapes and how rows become them. It must not know routes.
"""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Trouble
from core.generation.jobs import Item, ItemState, Job, JobState, state_of
from core.library.images import Image
from core.library.passport import Making, Passport
from core.library.removal import Use
from core.ports import BlobStore
from core.wording import api as words
from core.wording.errors import sentence

URL_LIFETIME: Final = 3600
"""Seconds (REQUIREMENTS.md §1)."""

NO_NULS: Final = r"^[^\x00]*$"
"""PostgreSQL's texts hold none."""

Words = Annotated[str, Field(pattern=NO_NULS)]


class ImageShape(BaseModel):
    """An image. `storage_url` holds for an hour; who asks again gets a new one. `filename` is its
    key in the store. `plain_words`: title, description, tags and alt text come from its prompt or
    file name alone, neither from AI nor from a person.
    """

    id: int
    business_id: int
    filename: str
    original_filename: str
    storage_url: str
    thumbnail_url: str
    storage_provider: str
    file_size: int
    mime_type: str
    width: int
    height: int
    is_ai_generated: bool
    ai_prompt: str | None
    ai_model: str | None
    title: str
    description: str
    tags: list[str]
    alt_text: str
    plain_words: bool
    favourite: bool
    approved: bool
    usage_count: int
    last_used_at: datetime | None
    parent_id: int | None
    creator_id: str
    created_at: datetime
    updated_at: datetime


class OneImage(BaseModel):
    """An image that was made, brought or changed. `duplicate`: the library had it already."""

    success: bool = True
    image: ImageShape
    duplicate: bool = False


class ImagePage(BaseModel):
    """A page of the library. `total` and `pages` are lower bounds unless `exact`; `next` is the
    `cursor` that goes on, which costs the same however far one has come; `page` is 0 behind one.
    """

    images: list[ImageShape]
    total: int
    page: int
    pages: int
    exact: bool
    next: str | None


class Done(BaseModel):
    """What was done, in words."""

    success: bool = True
    message: str


class ImageChange(BaseModel):
    """What changes; what is absent stays. `favourite` is the caller's own ⭐. How long words may be
    is core's to say (`core.library.describing`).
    """

    model_config = ConfigDict(extra="forbid")

    title: Words | None = None
    description: Words | None = None
    tags: list[Words] | None = None
    alt_text: Words | None = None
    favourite: bool | None = None


class ImageOrder(BaseModel):
    """A picture to be made. Left out, size, quality, style and model take the desk's defaults."""

    model_config = ConfigDict(extra="forbid")

    business_id: int
    prompt: Words
    size: Words = ""
    quality: Words = ""
    style: Words = ""
    model: Words = ""
    references: list[int] = Field(default_factory=list, description=words.REFERENCES)


class JobItem(BaseModel):
    """One picture of a job."""

    number: int
    prompt_text: str
    status: ItemState
    image_id: int | None
    image_url: str | None
    error_message: str | None


class JobShape(BaseModel):
    """A job. `url` asks for it again."""

    id: str
    url: str
    status: JobState
    provider: str | None
    model_name: str | None
    quality: str | None
    size: str | None
    total_prompts: int
    completed_count: int
    failed_count: int
    created_at: datetime
    items: list[JobItem]


class Begun(BaseModel):
    """A job that is not finished yet."""

    success: bool = True
    job: JobShape


async def image_shape(
    image: Image, blobs: BlobStore, address: str, *, favourite: bool
) -> ImageShape:
    """An image as the API shows it; `favourite` is whether the caller has starred it."""
    return ImageShape(
        id=image.id,
        business_id=image.business_id,
        filename=image.storage_key,
        original_filename=image.original_filename,
        storage_url=await blobs.url(image.storage_key, URL_LIFETIME),
        thumbnail_url=f"{address}/api/v1/images/{image.id}/thumbnail",
        storage_provider=image.storage_provider,
        file_size=image.file_size,
        mime_type=image.mime_type,
        width=image.width,
        height=image.height,
        is_ai_generated=image.is_ai_generated,
        ai_prompt=image.ai_prompt,
        ai_model=image.ai_model,
        title=image.title,
        description=image.description,
        tags=image.tags,
        alt_text=image.alt_text,
        plain_words=image.plain_words,
        favourite=favourite,
        approved=image.approved,
        usage_count=image.usage_count,
        last_used_at=image.last_used_at,
        parent_id=image.parent_id,
        creator_id=image.creator_id,
        created_at=image.created_at,
        updated_at=image.updated_at,
    )


def job_shape(job: Job, items: list[Item], address: str) -> JobShape:
    """A job as the API shows it."""
    order = job.order if job.kind != "compare" else None  # its models are for voters to find out
    return JobShape(
        id=job.id,
        url=f"{address}/api/v1/jobs/{job.id}",
        status=state_of(items),
        provider=order.provider if order else None,
        model_name=order.model if order else None,
        quality=order.quality if order else None,
        size=order.size if order else None,
        total_prompts=len(items),
        completed_count=sum(item.state == "completed" for item in items),
        failed_count=sum(item.state in {"refused", "failed", "unknown"} for item in items),
        created_at=job.created_at,
        items=[_item(item, job, address) for item in items],
    )


def _item(item: Item, job: Job, address: str) -> JobItem:
    found = item.trouble or (job.trouble if item.state != "completed" else None)
    if found and job.kind == "compare":
        found = Trouble("compare_lost")  # a provider's own reason says whose picture it was
    return JobItem(
        number=item.number,
        prompt_text=item.prompt,
        status=item.state,
        image_id=item.image_id,
        image_url=f"{address}/api/v1/images/{item.image_id}" if item.image_id else None,
        error_message=sentence(found) if found else None,
    )


class PassportShape(BaseModel):
    """Where an image comes from, who let it pass, and where it went; people by their names."""

    id: int
    creator: str
    made: Making | None
    parent_id: int | None
    children: list[int]
    chosen_by: list[str]
    approved_by: list[str]
    starred_by: list[str]
    used_in: list[Use]


def passport_shape(passport: Passport) -> PassportShape:
    """A passport as the API tells it."""
    return PassportShape(
        id=passport.image.id,
        creator=passport.creator,
        made=passport.making,
        parent_id=passport.image.parent_id,
        children=[child.id for child in passport.children],
        chosen_by=[word.name for word in passport.chosen_by],
        approved_by=[word.name for word in passport.approved_by],
        starred_by=[word.name for word in passport.starred_by],
        used_in=passport.uses,
    )
