"""People on the desk's own page. They come as people do: by a one-time link from their Slack."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.driving.browser import Browser, Line
from tests.driving.chat import SIGHT, Answer, Form, Seen, Where, until
from tests.driving.chat import Person as AnyPerson
from tests.driving.markup import Node, read_markup
from tests.driving.slack import SlackChat, SlackPerson

CHANNEL = "general"
DESK = "Image Desk"


class PagePerson:
    """Somebody with a browser open."""

    def __init__(self, chat: "PageChat", slack: SlackPerson) -> None:
        self._chat = chat
        self._slack = slack
        self.name = slack.name
        self.browser: Browser | None = None
        self._toasts: list[str] = []

    @property
    def mark(self) -> str:
        """See `Person.mark`: by name."""
        return f"@{self.name}"

    async def sign_in(self) -> None:
        """Ask for a link in Slack, and use it; again where Slack was too slow to tell the name."""
        greeting = ""
        for _ in range(3):
            answer = await self._slack.command("/desk", self._slack.direct())
            link = re.search(r"https?://\S+/sign-in/[\w-]+", answer.text)
            assert link, answer.text
            if self.browser:
                await self.browser.close()
            self.browser = Browser(link[0].partition("/sign-in/")[0])
            greeting = await self.browser.sign_in(link[0])
            if self.name in greeting:
                return
        raise AssertionError(greeting)

    async def command(self, line: str, where: Where) -> Answer:
        """See `Person.command`."""
        return self._heard(await self._post("/say", where, [("text", line)]))

    async def mention(self, words: str, where: Where) -> None:
        """See `Person.mention`: everything with a slash is said to the desk."""
        await self.command(f"/{words}", where)

    async def bring(self, files: Sequence[tuple[str, bytes]], where: Where) -> None:
        """See `Person.bring`: dropped on the line that is being written."""
        self._heard(await self._post("/say", where, [("text", "")], files))

    async def command_with(
        self, line: str, files: Sequence[tuple[str, bytes]], where: Where
    ) -> None:
        """See `Person.command_with`."""
        self._heard(await self._post("/say", where, [("text", line)], files))

    async def say(self, words: str, where: Where) -> None:
        """Write a line that is meant for colleagues."""
        await self._post("/say", where, [("text", words)])

    async def react(self, message: Seen, emoji: str) -> None:
        """See `Person.react`."""
        await self._react(message, emoji, "yes")

    async def unreact(self, message: Seen, emoji: str) -> None:
        """See `Person.unreact`."""
        await self._react(message, emoji, "no")

    async def press(self, message: Seen, button: str) -> Answer:
        """See `Person.press`."""
        named = [one for one in _buttons(_shown(message)) if _label(one) == button]
        assert len(named) == 1, f"no one button {button!r} in {message.buttons}"
        return await self._use(message, [("action", named[0].attributes["data-press"])])

    async def choose(self, message: Seen, menu: str, labels: Sequence[str]) -> Answer:
        """See `Person.choose`."""
        action, options = _menus(_shown(message))[menu]
        fields = [("action", action), *(("value", options[label]) for label in labels)]
        return await self._use(message, fields)

    async def _use(self, message: Seen, fields: list[tuple[str, str]]) -> Answer:
        """A control of a line, or of a panel, which is a page of its own here."""
        if isinstance(message.handle, Line):
            place, named = "/press", ("line", message.id)
        else:
            (panel,) = message.handle.find("div", data_key=None)
            place = f"{panel.attributes['data-path']}/press"
            named = ("key", panel.attributes["data-key"])
        return self._told(await self._post(place, None, [named, *fields]))

    async def submit(
        self,
        form: Form,
        values: Mapping[str, str | list[str]],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Answer:
        """See `Person.submit`."""
        tree: Node = form.handle
        fields = [("key", tree.attributes["data-key"]), ("thread", tree.attributes["data-thread"])]
        for label, field in _fields(tree).items():
            given = values.get(label, form.fields[label].split("\n"))
            whole = isinstance(given, list) and field.tag != "fieldset"
            entered = ["\n".join(given)] if whole else [given] if isinstance(given, str) else given
            options = _options(field)
            name = f"field:{field.attributes['data-field']}"
            fields += [(name, options.get(one, one)) for one in entered]
        return self._told(await self._post("/submit", None, fields, files))

    async def add_to_library(self, files: Sequence[tuple[str, bytes]], where: Where) -> Answer:
        """See `Person.add_to_library`: lines have no menu here; what is dropped is taken."""
        return self._heard(await self._post("/say", where, [("text", "")], files))

    def private(self) -> list[str]:
        """See `Person.private`: lines for this person alone, and what was said for a moment."""
        lines = sorted(self.browser.lines.values(), key=lambda one: one.at) if self.browser else []
        private = [_text(one) for one in lines if _is_private(one)]
        return [*private, *self._toasts]

    def direct(self) -> Where:
        """The page has one channel and no direct messages."""
        raise NotImplementedError

    async def _react(self, message: Seen, emoji: str, added: str) -> None:
        fields = [("line", message.id), ("emoji", emoji.replace("\ufe0f", "")), ("added", added)]
        await self._post("/react", None, fields)

    async def _post(
        self,
        path: str,
        where: Where | None,
        fields: list[tuple[str, str]],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> dict[str, Any]:
        assert self.browser, f"{self.name} has not signed in"
        self.browser.twice = self._chat.twice
        place = [("thread", where.thread or "")] if where else []
        return await self.browser.post(path, [*place, *fields], files)

    def _told(self, told: dict[str, Any]) -> Answer:
        """What was said only for a moment: the page keeps no line of it."""
        answer = self._heard(told)
        self._toasts += [answer.text] if answer.text else []
        return answer

    def _heard(self, told: dict[str, Any]) -> Answer:
        async def opened() -> Form:
            assert "form" in told, f"no form opened: {told}"
            return _form(told["form"])

        async def shown() -> Seen:
            assert "path" in told, f"no panel is shown: {told}"
            assert self.browser
            main, pictures = await self.browser.read(told["path"])
            links = {one.text(): one.attributes["href"] for one in main.find("a", target="_blank")}
            return Seen(
                told["path"],
                main.text(),
                Where(CHANNEL),
                pictures,
                buttons=tuple(_label(one) for one in _buttons(main)),
                menus={name: tuple(options) for name, (_, options) in _menus(main).items()},
                links=links,
                handle=main,
            )

        said = [told["said"]] if told.get("said") else list(told.get("errors", {}).values())
        return Answer("\n".join(said), opened, shown)


class PageChat:
    """The page, with a Slack from which people come."""

    name = "page"

    def __init__(self, slack: SlackChat) -> None:
        self.slack = slack
        self.twice = False
        self.people: list[PagePerson] = []

    def settings(self) -> dict[str, str]:
        """See `Chat.settings`."""
        return self.slack.settings()

    async def connected(self) -> None:
        """See `Chat.connected`: everybody's page is open and hears changes."""
        await self.slack.connected()
        for person in self.people:
            if person.browser is None:
                await person.sign_in()
        await until(lambda: all(one.browser and one.browser.listening for one in self.people))

    def person(self, name: str, *, admin: bool = False) -> PagePerson:
        """See `Chat.person`."""
        self.people.append(PagePerson(self, self.slack.person(name, admin=admin)))
        return self.people[-1]

    def channel(self, name: str) -> Where:  # noqa: ARG002  # the page has one
        """See `Chat.channel`."""
        return Where(CHANNEL)

    async def thread(self, who: AnyPerson, where: Where) -> Where:
        """See `Chat.thread`."""
        assert isinstance(who, PagePerson)
        await who.say("What about our autumn posts?", where)
        line = await until(lambda: next((x for x in self._lines() if "autumn" in _text(x)), None))
        return Where(CHANNEL, line.id)

    def forbid(self, where: Where) -> None:
        """The desk may always speak on its own page."""
        raise NotImplementedError

    def read(self, where: Where) -> list[Seen]:
        """See `Chat.read`: as the first person's browser shows it."""
        lines = {line.id: line for line in self._lines()}
        shown = [
            line
            for line in lines.values()
            if where.thread in {None, line.id, line.thread} and _author(line) == DESK
        ]
        roots = {line.id: lines.get(line.thread, line).at for line in shown}
        ordered = sorted(shown, key=lambda line: (roots[line.id], line.thread != "", line.at))
        return [_seen(line) for line in ordered if not _is_private(line)]

    async def delete(self, who: AnyPerson, message: Seen) -> None:
        """Lines of the page stay."""
        raise NotImplementedError

    def check(self) -> None:
        """See `Chat.check`."""
        self.slack.check()

    async def close(self) -> None:
        """Close all windows."""
        for person in self.people:
            if person.browser:
                await person.browser.close()

    def _lines(self) -> list[Line]:
        browser, seen_from = self.people[0].browser, time.time() - SIGHT
        lines = list(browser.lines.values()) if browser else []
        return [line for line in lines if line.at < seen_from]


def _is_private(line: Line) -> bool:
    return "private" in line.node.attributes["class"].split()


def _author(line: Line) -> str:
    return next(line.node.find("b")).text()


def _text(line: Line) -> str:
    """What is read in a line, without its header, controls and reactions."""
    (said,) = line.node.find("div", class_="said")
    told = [
        part.text(without="controls")
        for part in said.parts
        if isinstance(part, Node)
        and part.tag != "header"
        and "reactions" not in part.attributes.get("class", "").split()
        and "data-open-thread" not in part.attributes
    ]
    mentioned = [f"@{one.text().lstrip('@')}" for one in said.find("span", class_="mention")]
    return "\n".join(text for text in (*mentioned, *told) if text)


def _seen(line: Line) -> Seen:
    node = line.node
    cards = list(node.find("section", data_card=None))
    card = cards[0] if cards else Node()
    pictures = list(card.find("img", src=None))
    mentioned = [one.text().lstrip("@") for one in node.find("span", class_="mention")]
    return Seen(
        id=line.id,
        text=_text(line),
        where=Where(CHANNEL, line.thread or line.id),
        pictures=tuple(
            line.bytes[one.attributes["src"]]
            for one in pictures
            if one.attributes["src"] in line.bytes
        ),
        alts=tuple(one.attributes["alt"] for one in pictures),
        files={
            one.attributes["download"]: line.bytes[one.attributes["href"]]
            for one in card.find("a", download=None)
        },
        buttons=tuple(_label(one) for one in _buttons(node)),
        menus={name: tuple(options) for name, (_, options) in _menus(node).items()},
        pings=frozenset(mentioned),
        links={
            one.text(): one.attributes["href"] for one in card.find("a", rel="noopener noreferrer")
        },
        handle=line,
    )


def _shown(message: Seen) -> Node:
    """What a person sees of a line, or of a page that is a panel."""
    node: Node = message.handle.node if isinstance(message.handle, Line) else message.handle
    return node


def _buttons(node: Node) -> list[Node]:
    return [
        one for one in node.find("button", data_press=None) if "data-value" not in one.attributes
    ]


def _label(button: Node) -> str:
    hidden = [part.text() for part in button.find("span", aria_hidden="true")]
    label = button.text()
    for each in hidden:
        label = label.replace(each, "", 1)
    return label.strip()


def _menus(node: Node) -> dict[str, tuple[str, dict[str, str]]]:
    """Placeholder → its action, and label → value."""
    found = {}
    for field in node.find("fieldset", data_choose=None):
        options = {
            box.attributes["aria-label"]: box.attributes["value"]
            for box in field.find("input", type="checkbox")
        }
        legend = next(field.find("legend")).text()
        found[legend] = field.attributes["data-choose"], options
    for menu in node.find("details", data_menu=None):
        summary = next(menu.find("summary"))
        if menu.attributes["data-menu"] != "react":
            options = {
                one.text(): one.attributes["data-value"]
                for one in menu.find("button", data_value=None)
            }
            found[summary.text()] = menu.attributes["data-menu"], options
    return found


def _form(markup: str) -> Form:
    (tree,) = read_markup(markup).find("form")
    values = {label: _value(field) for label, field in _fields(tree).items()}
    return Form(tree.text(), values, tree)


def _fields(form: Node) -> dict[str, Node]:
    """Label → the element around the field."""
    found = {}
    for field in form.find(data_field=None):
        caption = next(field.find("legend" if field.tag == "fieldset" else "label"))
        found["".join(str(part) for part in caption.parts if isinstance(part, str)).strip()] = field
    return found


def _options(field: Node) -> dict[str, str]:
    """Label → value of a select's or checkbox group's choices."""
    options = {one.text(): one.attributes["value"] for one in field.find("option")}
    for label in field.find("label", class_="check"):
        options[label.text()] = next(label.find("input")).attributes["value"]
    return options


def _value(field: Node) -> str:
    for area in field.find("textarea"):
        return "".join(map(str, area.parts)).removeprefix("\n")
    for line in field.find("input", maxlength=None) if field.tag != "fieldset" else ():
        return line.attributes.get("value", "")
    chosen = list(field.find("option", selected=None))
    chosen += list(field.find("input", checked=None))
    return "\n".join(one.attributes["value"] for one in chosen)
