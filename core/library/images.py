"""Images: bytes that we hold, with all that is known of them. Never half-empty."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False)
class Image:
    """A stored picture (the table that REQUIREMENTS.md §1 asks for, and lineage).

    `file_size` is bytes, `width` and `height` pixels; `sha256` is of what is stored and
    `source_sha256` of what came; `dhash` is 64 bits as 16 hex characters.
    """

    business_id: int
    filename: str
    original_filename: str
    file_size: int
    mime_type: str
    width: int
    height: int
    sha256: str
    source_sha256: str
    dhash: str
    storage_provider: str
    storage_key: str
    is_ai_generated: bool
    creator_id: str
    created_at: datetime
    updated_at: datetime
    storage_url: str = ""
    ai_prompt: str | None = None
    ai_model: str | None = None
    title: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    alt_text: str = ""
    plain_words: bool = True
    usage_count: int = 0
    last_used_at: datetime | None = None
    parent_id: int | None = None
    id: int = field(default=None)  # type: ignore[assignment]  # given by the database on insert
