"""The page's templates: how they are found, what all of them may use, and whole answers.

Owns the Jinja environment. It must not know rows or routes: facts are handed in.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bot.surfaces.web.content import digest
from core.review.signals import NUMBERS
from core.wording import page as words
from core.wording.posts import STATES
from core.wording.uploads import size

HERE = Path(__file__).parent
STATIC = HERE / "static"
SHADES = 6

_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
_SCHEMES = ("https://", "http://")


class Templates:
    """Draws the files in `templates/`; everything is escaped unless a template says otherwise."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(["html", "xml"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(words=words, state_words=STATES, file_facts=size)
        self._environment.filters.update(
            linked=linked,
            spoken=spoken,
            clock=clock,
            moment=moment,
            digest=digest,
            weblink=weblink,
            emoji=shown_emoji,
            path=path,
            shade=shade,
        )

    def draw(self, name: str, facts: Mapping[str, object]) -> str:
        """One template as text."""
        return self._environment.get_template(name).render(facts)

    def page(self, name: str, facts: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """One template as a whole answer."""
        return HTMLResponse(self.draw(name, facts), status)

    def notice(self, status: int, title: str, text: str) -> HTMLResponse:
        """A page that says one thing."""
        return self.page("notice.html", {"title": title, "text": text}, status)

    def error(self, status: int, text: str = "") -> HTMLResponse:
        """The page for a status, with a sentence of its own where `text` is given."""
        return self.notice(status, _said(status)[0], text or _said(status)[1])

    def sentence(self, status: int, text: str = "") -> str:
        """The same in one sentence."""
        return text or _said(status)[1]


def _said(status: int) -> tuple[str, str]:
    known = status if status in words.ERRORS else 400 if status < 500 else 500  # noqa: PLR2004  # HTTP's classes
    return words.ERRORS[known]


def linked(text: str) -> Markup:
    """Words of a person, escaped, with web addresses made links."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [escape(text[end : found.start()])]
        parts += [
            Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>').format(
                address
            )
        ]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def spoken(text: str) -> Markup:
    """Words of the desk: as `linked`, and a line that is a command can be taken over by a click."""
    button = Markup('<button type="button" class="command" data-fill="{0}">{0}</button>')
    lines = text.split("\n")
    return Markup("\n").join(
        button.format(line) if line.startswith("/") else linked(line) for line in lines
    )


def weblink(url: str) -> str:
    """`url`, if it is one of the web; anything else (`javascript:` …) leads nowhere."""
    return url if url.startswith(_SCHEMES) else "#"


def shown_emoji(emoji: str) -> str:
    """An emoji as it is drawn: keycaps need their variation selector."""
    return f"{emoji[0]}\ufe0f{emoji[1:]}" if emoji in NUMBERS[:9] else emoji


def path(url: str) -> str:
    """An address without its host: pages load what is theirs from where they were loaded."""
    return urlsplit(url).path


def shade(user: str) -> int:
    """Which of the avatars' colours is this person's."""
    return sum(user.encode()) % SHADES


def clock(at: datetime) -> str:
    """A moment as it stands before the browser has made it relative."""
    return at.strftime("%-d %b %Y, %H:%M UTC")


def moment(at: datetime) -> str:
    """A moment for machines (RFC 3339)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
