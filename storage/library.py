"""What makes images findable: indexes for every sort, and the tables beside them.

    image_search   full text over `images.document` (SQLite: FTS5, contentless; PostgreSQL: a GIN
                   index on the document itself, so this table and the next are SQLite's alone)
    image_words    the words of all documents
    image_counts   how many documents hold a facet
    image_blocks   how many of each block of ids hold a facet without a value (SQLite alone)
    post_images    which posts show which images

All are kept by triggers, in the transaction of whatever writes an image or a post, so no
writer can forget them; their SQL stands in revisions 0002, 0012 and 0015. `document` and `name_key`
are made here from the image before each write. Also the rows of stars and removals.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    column,
    event,
    func,
    literal_column,
    table,
    text,
)
from sqlalchemy.orm import Mapper

from core.errors import Trouble
from core.library.images import Image, Star
from core.library.removal import Removal
from core.library.search import document_of, name_key
from storage.columns import AsJson, BigKey, Id, Moment, PlainText, lease, mapping, metadata, refers
from storage.tables import images

BANDS = 4
BLOCK_BITS = 14
"""A block are the ids that agree but for so many bits (revision 0015)."""

UPLOADED = text("source = 'upload'")
HAS_PARENT = text("parent_id IS NOT NULL")

Index("ix_images_newest", images.c.business_id, images.c.id)
Index("ix_images_created", images.c.business_id, images.c.created_at, images.c.id)
MARKS = (images.c.favourites, images.c.approved)
"""What a walk along a sort asks of each image without fetching its row (revisions 0016, 0017)."""

Index("ix_images_used", images.c.business_id, images.c.usage_count, images.c.id, *MARKS)
Index(
    "ix_images_name",
    images.c.business_id,
    images.c.name_key,
    images.c.id,
    *MARKS,
    images.c.usage_count,
)
Index("ix_images_source_newest", images.c.business_id, images.c.source, images.c.id)
Index(
    "ix_images_source_used",
    images.c.business_id,
    images.c.source,
    images.c.usage_count,
    images.c.id,
)
Index(
    "ix_images_source_name", images.c.business_id, images.c.source, images.c.name_key, images.c.id
)
Index("ix_images_source_sha256", images.c.business_id, images.c.source_sha256)
# Of one file that comes twice at the same moment, one stays.
Index(
    "uq_images_upload",
    images.c.business_id,
    images.c.source_sha256,
    unique=True,
    sqlite_where=UPLOADED,
    postgresql_where=UPLOADED,
)
Index("ix_images_parent", images.c.parent_id, sqlite_where=HAS_PARENT, postgresql_where=HAS_PARENT)


def band_of(number: int) -> Any:
    """A quarter of an image's `dhash`, written as its index is: databases compare the text."""
    return func.substr(images.c.dhash, literal_column(str(number * 4 + 1)), literal_column("4"))


for _number in range(BANDS):
    Index(f"ix_images_band_{_number}", images.c.business_id, band_of(_number), images.c.dhash)

image_search = table("image_search", column("rowid", BigKey), column("document"))
image_blocks = table(
    "image_blocks", column("facet"), column("block", BigInteger), column("n", BigInteger)
)
image_counts = Table(
    "image_counts",
    metadata,
    Column("facet", PlainText, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
post_images = Table(
    "post_images",
    metadata,
    Column("image_id", BigKey, primary_key=True, autoincrement=False),
    Column("post_id", Id, primary_key=True, index=True),
)
stars = Table(
    "stars",
    metadata,
    Column("image_id", BigKey, refers("images.id"), primary_key=True, autoincrement=False),
    Column("member_id", Id, refers("members.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)
removals = Table(
    "removals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("business_id", BigKey, refers("businesses.id"), nullable=False),
    Column("image_id", BigKey, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("keys", JSON, nullable=False),
    Column("member_id", Id, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment, index=True),
    Column("trouble", AsJson(Trouble)),
    *lease(),
    Index("ix_removals_sha256", "business_id", "sha256"),
)

mapping.map_imperatively(Star, stars)
mapping.map_imperatively(Removal, removals)


@event.listens_for(Image, "before_insert")
@event.listens_for(Image, "before_update")
def describe(_mapper: Mapper[Image], _connection: Connection, image: Any) -> None:
    """Make an image's document and sort name from what it says now."""
    image.document = document_of(image)
    image.name_key = name_key(image.filename)
