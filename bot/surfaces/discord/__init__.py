"""Discord as a surface: live events over the gateway in one bot process, cards by REST in any.

Owns everything that names Discord. Core knows cards, forms and events; this package draws the
first two (`cards`, `controls`, `forms`, `replies`), reads the last (`events`, `gateway`,
`reading`), and sends (`posting` over `rest`).
"""

from bot.surfaces.discord.invitation import invite_link
from bot.surfaces.discord.surface import Discord

__all__ = ["Discord", "invite_link"]
