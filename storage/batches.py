"""The table of batches: lists of prompts until their jobs have items.

Owns the table and its mapping; revision 0009 makes it. It must not know how a list is read.
"""

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table, Text

from core.chat import Attachment
from core.errors import Trouble
from core.generation.batches.batch import Batch, Summary
from core.generation.batches.rows import Row
from storage.columns import AsJson, Id, business, lease, mapping, metadata

batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    business(),
    Column("text", Text, nullable=False),
    Column("attachment", AsJson(Attachment)),
    Column("around", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("rows", AsJson(list[Row]), nullable=False),
    Column("summary", AsJson(Summary)),
    Column("reuse", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("trouble", AsJson(Trouble)),
    Column("tries", Integer, nullable=False),
    *lease(),
)
mapping.map_imperatively(Batch, batches)
