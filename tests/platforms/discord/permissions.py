"""The permission bits that this local Discord knows, and what they come to in a channel.

It owns the arithmetic of roles and channel overwrites. It must not know HTTP, nor which call
needs which permission.
Source: https://docs.discord.com/developers/topics/permissions
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from typing import Final


class Permission(IntFlag):
    """Discord's bits, by Discord's names."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


NOTHING: Final = Permission(0)
EVERYTHING: Final = Permission(sum(Permission))
EVERYONE: Final = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)


@dataclass
class Overwrite:
    """What one channel allows or denies to one role or one member.

    Args:
        target: the role's or the member's id.
        kind: 0 for a role, 1 for a member.
    """

    target: int
    kind: int
    allow: Permission = NOTHING
    deny: Permission = NOTHING


def in_channel(
    granted: Permission, member: int, roles: Iterable[int], overwrites: Iterable[Overwrite]
) -> Permission:
    """What a member may do in a channel.

    Args:
        granted: all bits of the member's roles together.
        member: the member's id.
        roles: ids of the member's roles, @everyone among them.
        overwrites: the channel's own; a thread takes its parent's.
    """
    if Permission.ADMINISTRATOR in granted:
        return EVERYTHING
    held = set(roles)
    listed = list(overwrites)
    for chosen in (
        [each for each in listed if each.kind == 0 and each.target in held],
        [each for each in listed if each.kind == 1 and each.target == member],
    ):
        for overwrite in chosen:
            granted &= ~overwrite.deny
        for overwrite in chosen:
            granted |= overwrite.allow
    return granted if Permission.VIEW_CHANNEL in granted else NOTHING
