"""Modals hold three views, one upon the other, and the Home tab none: as in Slack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Person, SlackServer, SlackView, fox
from tests.platforms.slack.asking import buttons, error, section

Json = dict[str, Any]
BOARD: Json = {
    "type": "modal",
    "callback_id": "board",
    "title": {"type": "plain_text", "text": "Foxes"},
    "blocks": [section("All foxes"), buttons(1)],
}
HOME: Json = {"type": "home", "blocks": [section("Hi"), buttons(1)]}
UPLOAD: Json = {
    **fox.FORM,
    "blocks": [
        {
            "type": "input",
            "block_id": "files",
            "label": {"type": "plain_text", "text": "Pictures"},
            "element": {"type": "file_input", "filetypes": ["png"], "action_id": "f"},
        }
    ],
}


@pytest.fixture
async def board(slack: SlackServer, client: AsyncWebClient, ada: Person) -> SlackView:
    """An open modal with a button."""
    trigger = slack.hub.workspace.new_trigger(ada.id)
    await client.views_open(trigger_id=trigger.id, view=BOARD)
    assert trigger.view
    return SlackView(slack.hub, trigger.view)


@dataclass
class Bare:
    """An app that keeps what it hears, and answers submissions with `answers`, last one first."""

    heard: list[Json] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)

    async def take(self, body: Json, ack: AsyncAck) -> None:
        """Acknowledge anything."""
        self.heard.append(body)
        answered = body["type"] == "view_submission" and self.answers
        await ack(**(self.answers.pop() if answered else {}))


@pytest.fixture
async def app(slack: SlackServer) -> AsyncIterator[Bare]:
    """The bare app, connected."""
    bare = Bare()

    async def take(body: Json, ack: AsyncAck) -> None:
        await bare.take(body, ack)

    bolt = AsyncApp(client=AsyncWebClient(slack.app.bot_token, base_url=slack.api_url))
    bolt.action("b0")(take)
    bolt.view("board")(take)
    bolt.view("rename")(take)
    async with fox.connected(bolt, slack.api_url, slack.app):
        await slack.until(lambda: slack.sockets == 1)
        yield bare


def trigger_in(slack: SlackServer, view: SlackView) -> str:
    """The trigger of a gesture made in a view."""
    return slack.hub.workspace.new_trigger(view.raw.user, view.raw).id


async def test_a_modal_holds_three_views(
    slack: SlackServer, client: AsyncWebClient, board: SlackView
) -> None:
    """Each knows the root and what it covers; a fourth is refused."""
    pushed = (await client.views_push(trigger_id=trigger_in(slack, board), view=BOARD))["view"]
    third = (await client.views_push(trigger_id=trigger_in(slack, board), view=BOARD))["view"]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (board.raw.id, board.raw.id)
    assert (third["root_view_id"], third["previous_view_id"]) == (board.raw.id, pushed["id"])
    fourth = client.views_push(trigger_id=trigger_in(slack, board), view=BOARD)
    assert await error(fourth) == "push_limit_reached"


async def test_a_view_is_pushed_from_within_a_modal_alone(
    slack: SlackServer, client: AsyncWebClient, board: SlackView, ada: Person
) -> None:
    """A command opens, a press in a modal pushes, and a closed modal takes nothing more."""
    outside = slack.hub.workspace.new_trigger(ada.id).id
    wrong = client.views_push(trigger_id=outside, view=BOARD)
    assert await error(wrong) == "invalid_arguments"
    wrong = client.views_open(trigger_id=trigger_in(slack, board), view=BOARD)
    assert await error(wrong) == "invalid_arguments"
    late = trigger_in(slack, board)
    slack.advance(3.1)
    assert await error(client.views_push(trigger_id=late, view=BOARD)) == "expired_trigger_id"
    inside = trigger_in(slack, board)
    await ada.dismiss(board)
    assert await error(client.views_push(trigger_id=inside, view=BOARD)) == "not_found"
    assert len(slack.violations) == 2


async def test_a_covered_view_is_updated_but_not_used(
    slack: SlackServer, client: AsyncWebClient, board: SlackView, ada: Person
) -> None:
    """It is seen again, changed, when what covers it is closed."""
    await client.views_push(trigger_id=trigger_in(slack, board), view=BOARD)
    with pytest.raises(AssertionError, match="not seen"):
        await ada.press(board, "b0")
    blocks = [section("Two foxes")]
    await client.views_update(view_id=board.raw.id, view={**BOARD, "blocks": blocks})
    upper = board.covered_by
    assert upper
    await ada.dismiss(upper)
    assert (board.plain(), board.covered_by) == ("Two foxes", None)


async def test_a_submission_closes_its_own_view_or_clears_them_all(
    slack: SlackServer, client: AsyncWebClient, board: SlackView, ada: Person, app: Bare
) -> None:
    """An empty answer goes back, `push` lays one more upon it, `clear` ends the modal."""
    await client.views_push(trigger_id=trigger_in(slack, board), view=fox.FORM)
    form = board.covered_by
    assert form
    app.answers.append({"response_action": "push", "view": fox.FORM})
    sent = await ada.submit(form, {"Name": "Vix"})
    assert sent.view
    assert (sent.view.raw.previous, form.closed) == (form.raw, False)
    assert (await ada.submit(sent.view, {"Name": "Vix"})).closed
    assert (sent.view.closed, form.covered_by) == (True, None)
    app.answers.append({"response_action": "clear"})
    await ada.submit(form, {"Name": "Vix"})
    assert (form.closed, board.closed) == (True, True)
    assert [body["view"]["previous_view_id"] for body in app.heard] == [
        board.raw.id,
        form.raw.id,
        board.raw.id,
    ]


async def test_a_press_in_the_home_tab_opens_a_modal(
    slack: SlackServer, client: AsyncWebClient, ada: Person, app: Bare
) -> None:
    """There is nothing to push upon; the payload carries the tab."""
    await client.views_publish(user_id=ada.id, view=HOME)
    home = slack.home(ada)
    assert home
    await ada.press(home, "b0")
    await slack.until(lambda: app.heard)
    assert app.heard[0]["view"]["type"] == "home"
    assert app.heard[0]["container"] == {"type": "view", "view_id": home.raw.id}
    trigger = app.heard[0]["trigger_id"]
    assert await error(client.views_push(trigger_id=trigger, view=BOARD)) == "invalid_arguments"
    await client.views_open(trigger_id=trigger, view=BOARD)


async def test_the_home_tab_is_there_only_where_the_manifest_has_it(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """Else nobody can open it, and nothing can be published."""
    slack.app.home_tab = False
    assert await error(client.views_publish(user_id=ada.id, view=HOME)) == "not_enabled"
    with pytest.raises(AssertionError, match="no Home tab"):
        await ada.open_home()


async def test_a_home_tab_that_changed_meanwhile_is_not_overwritten(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """With the hash of an older one, publishing is refused."""
    old = (await client.views_publish(user_id=ada.id, view=HOME))["view"]["hash"]
    await client.views_publish(user_id=ada.id, view=HOME, hash=old)
    stale = client.views_publish(user_id=ada.id, view=HOME, hash=old)
    assert await error(stale) == "hash_conflict"


async def test_file_inputs_need_their_scope_and_keep_to_their_kinds(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """A person cannot put in another kind of file, or one that is too big."""
    slack.app.scopes.discard("files:read")
    trigger = slack.hub.workspace.new_trigger(ada.id)
    wrong = client.views_open(trigger_id=trigger.id, view=UPLOAD)
    assert await error(wrong) == "invalid_arguments"
    slack.app.scopes.add("files:read")
    await client.views_open(trigger_id=trigger.id, view=UPLOAD)
    assert trigger.view
    form = SlackView(slack.hub, trigger.view)
    with pytest.raises(AssertionError, match=r"not fox\.webp"):
        await ada.submit(form, {"Pictures": [("fox.webp", fox.PIXEL)]})
    with pytest.raises(AssertionError, match="10 MB"):
        await ada.submit(form, {"Pictures": [("fox.png", bytes(10 * 1024**2 + 1))]})


async def test_a_view_beyond_its_size_is_refused(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """A hundred long paragraphs are too many."""
    trigger = slack.hub.workspace.new_trigger(ada.id)
    view = {**BOARD, "blocks": [section("x" * 3000)] * 100}
    assert await error(client.views_open(trigger_id=trigger.id, view=view)) == "view_too_large"
