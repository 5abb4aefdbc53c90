"""What the outside implements: every Protocol that cuts core from the world.

Each method says what may be absent, what may be repeated, and which of our errors it raises; an
adapter raises nothing else of its SDK's. The unit of work and its repositories, being long, stand
in `core.storing`.
"""

from core.ports.blobs import BlobStore, Fetcher, Listed
from core.ports.chat import ChatSurface, Inbox, Later, Load
from core.ports.networks import (
    Absent,
    Credential,
    Keep,
    NetworkRules,
    OutgoingImage,
    OutgoingPost,
    Published,
    SocialNetwork,
    Ticket,
    Unsure,
)
from core.ports.pace import Limits, Queue, Reach
from core.ports.pictures import (
    Allowance,
    Begun,
    Caption,
    Captioned,
    Captioner,
    Describer,
    Generated,
    ImageProvider,
    ImageRequest,
    Moderator,
    Preview,
    Reviewers,
    Told,
    Verdict,
)

__all__ = [
    "Absent",
    "Allowance",
    "Begun",
    "BlobStore",
    "Caption",
    "Captioned",
    "Captioner",
    "ChatSurface",
    "Credential",
    "Describer",
    "Fetcher",
    "Generated",
    "ImageProvider",
    "ImageRequest",
    "Inbox",
    "Keep",
    "Later",
    "Limits",
    "Listed",
    "Load",
    "Moderator",
    "NetworkRules",
    "OutgoingImage",
    "OutgoingPost",
    "Preview",
    "Published",
    "Queue",
    "Reach",
    "Reviewers",
    "SocialNetwork",
    "Ticket",
    "Told",
    "Unsure",
    "Verdict",
]
