"""Slack.

How a surface (another chat) is added:

1. Make a package beside this one with a class that has what `core.ports.ChatSurface` lists:
   `name`, `pace`, and the methods. It takes `Settings` and the command table.
2. Turn what arrives into the events of `core.chat`, give each the platform's own id of the
   delivery, and acknowledge only after `inbox.handle` has returned.
3. Draw `Card` and `Form` natively, escape every text, and put `{action}:{card.key}` on every
   control, so that it works for ever.
4. Make `post` and `open_thread` repeat-safe: put `card.key` somewhere on the message where it can
   be searched for, and search when told that this is a repetition.
5. Raise only the errors of `core.errors`.
6. Add its settings to `core.settings`, its line to `make_surfaces` in `bot.wiring`, what a start
   says of it to `SURFACES` in `core.wording.terminal`, and a local server that behaves like the
   platform to `tests.platforms`. A ground in `tests/contracts/surface_grounds.py` runs the contract
   of all chats over it.

In this package, `surface` puts together: `listening` (what comes in, with `events` and `sockets`),
`answering` (what one person gets to see, with `panels`, `forms` and `frames`), `sending` (what goes
out, with `cards`, `files` and `words`), `manifest`.
"""

from .surface import Slack

__all__ = ["Slack"]
