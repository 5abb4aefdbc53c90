"""The desk's Home tab in Slack: the library, whenever somebody looks in."""

import pytest

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.driving.slack import SlackPerson
from tests.flows.conftest import Eyes

pytestmark = pytest.mark.parametrize("chat", ["slack", "signed slack"], indirect=True)


async def test_the_home_tab_is_the_library(
    chat: Chat, ada: Person, bob: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Fresh at each visit, turned and filtered where it stands, each person by themselves."""
    assert isinstance(ada, SlackPerson)
    assert isinstance(bob, SlackPerson)
    async with running_desk(environ):
        await chat.connected()
        assert (await ada.home()).says("Library: 0 pictures")
        await ada.command("/generate a fox --count 10", marketing)
        await eyes.see(marketing, "10 pictures: a fox")
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")

        home = await ada.home()
        assert home.says("Library: 11 pictures", "1. A boat · no. 11")
        assert len(home.pictures) == 1
        home = await (await ada.press(home, "Next")).panel()
        assert home.says("A fox · no. 1")
        home = await (await ada.choose(home, "Filter", ["Favourites"])).panel()
        assert home.says("Library: 0 pictures")
        assert (await bob.home()).says("Library: 11 pictures", "1. A boat · no. 11")


async def test_a_picture_is_taken_from_home_into_a_post(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The form opens over the tab; the draft stands in the direct message with the desk."""
    assert isinstance(ada, SlackPerson)
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")
        home = await ada.home()
        (boat,) = home.menus["Pick pictures"]
        home = await (await ada.choose(home, "Pick pictures", [boat])).panel()
        form = await (await ada.press(home, "Use in a post")).form()
        await ada.submit(form, {"Caption": "Ahoy"})
        draft = await eyes.see(ada.direct(), "Ahoy", "Check it")
        assert draft.where.channel == ada.direct().channel
