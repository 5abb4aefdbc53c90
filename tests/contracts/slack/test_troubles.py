"""Sending when Slack fails: nothing twice, nothing lost, and a reason that can be told."""

import asyncio

import pytest

from bot.surfaces.slack import Slack
from bot.surfaces.slack.calls import make_client
from bot.surfaces.slack.files import Files
from bot.surfaces.slack.people import People
from core.chat import (
    Card,
    File,
    Place,
    Thread,
)
from core.errors import ActionNeeded, TryLater
from core.settings import Settings
from tests.platforms.slack import Channel, SlackServer

from .material import COMMANDS, JPEG, ZIP, Load


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_post_whose_answer_was_lost_is_found_not_repeated(
    slack: SlackServer,
    settings: Settings,
    surface: Slack,
    marketing: Channel,
    place: Place,
    load: Load,
    *,
    in_thread: bool,
) -> None:
    """The card stands once, in a fresh process too, and shows what it should show by then."""
    picture = File("b1", "1.jpg", "image/jpeg", "Fox")
    spot = place
    if in_thread:
        thread, _ = await surface.open_thread(place, Card("k0", "Root"), load, repeat=False)
        spot = Place("slack", place.team, place.team_name, place.channel, thread.id)
    slack.faults.drop_after("chat.postMessage")
    before = slack.posts(marketing)
    card = Card("k1", "Making", pictures=(picture,))
    with pytest.raises(TryLater):
        await surface.open_thread(spot, card, load, repeat=False)
    first = Thread("slack", place.team, place.channel, slack.messages(marketing)[0].ts)
    await surface.post(first, Card("k9", "Other"), load, repeat=False)
    fresh = Slack(settings, COMMANDS)
    card = Card("k1", "Made", pictures=(picture,))
    _, sent = await fresh.open_thread(spot, card, load, repeat=True)
    assert slack.posts(marketing) == before + 2
    shown = next(each for each in slack.messages(marketing) if each.ts == sent.ref.id)
    assert "Made" in shown.plain()
    assert slack.calls["files.upload"] == 1
    assert sent.files.keys() == {"b1"}


async def test_a_post_that_never_arrived_is_made_by_the_repetition(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Nothing is found, so it is posted, once."""
    slack.faults.drop_before("chat.postMessage")
    with pytest.raises(TryLater):
        await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)
    await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=True)
    assert [message.plain() for message in slack.messages(marketing)] == ["Foxes"]


async def test_somebody_elses_mark_is_not_our_card(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Another app may write the same metadata; only our own message is taken for it."""
    await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)
    slack.messages(marketing)[0].raw.user = slack.hub.workspace.add_user("Other", bot=True).id
    await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=True)
    assert slack.posts(marketing) == 2


@pytest.mark.parametrize("name", ["fox.jpg", "originals.zip"])
async def test_an_uncertain_completion_of_an_upload_is_looked_at_not_repeated(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load, name: str
) -> None:
    """Slack completes an upload once; whether it did is asked of the file."""
    file = File("b1", name, "image/jpeg", "Fox")
    download = name.endswith(".zip")
    card = Card("k1", "Foxes", pictures=() if download else (file,), files=(file,) * download)
    slack.faults.drop_after("files.completeUploadExternal")
    await surface.open_thread(place, card, load, repeat=False)
    assert slack.calls["files.completeUploadExternal"] == 1
    shown = [
        *slack.messages(marketing)[0].images(),
        *slack.messages(marketing)[-1].files().values(),
    ]
    assert shown == [ZIP if download else JPEG + b"b1"]


async def test_an_upload_that_was_never_completed_means_later(
    slack: SlackServer, settings: Settings, load: Load
) -> None:
    """Slack tells of no such file; that is no admin's matter."""
    client = make_client(settings.slack_bot_token.get_secret_value(), slack.api_url)
    files = Files(client, People(client), processing_seconds=0.2)
    slack.faults.drop_before("files.completeUploadExternal")
    slack.faults.answer("files.info", error="file_not_found", times=9)
    with pytest.raises(TryLater):
        await files.upload([File("b1", "1.jpg", "image/jpeg")], load)


async def test_a_share_that_came_late_is_found_not_repeated(
    slack: SlackServer,
    settings: Settings,
    surface: Slack,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """Slack may say ok and share much later: the thread is looked at before anything is sent."""
    thread, _ = await surface.open_thread(place, Card("k1", "Originals"), load, repeat=False)
    client = make_client(settings.slack_bot_token.get_secret_value(), slack.api_url)
    files, download = Files(client, People(client), 0.05), File("z1", "all.zip", "application/zip")
    slack.hub.share_delay = 0.3
    with pytest.raises(TryLater):
        await files.share([download], load, marketing.id, thread.id, repeat=False)
    await slack.until(lambda: len(slack.messages(marketing)) == 2)
    found = await files.share([download], load, marketing.id, thread.id, repeat=True)
    assert found.keys() == {"z1"}
    assert slack.calls["files.completeUploadExternal"] == 1


async def test_bytes_that_did_not_arrive_mean_later(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """No card without its pictures: the whole card is tried again."""
    card = Card("k1", "Foxes", pictures=(File("b1", "1.jpg", "image/jpeg"),))
    slack.faults.fail("files.upload", status=503)
    with pytest.raises(TryLater):
        await surface.open_thread(place, card, load, repeat=False)
    assert slack.posts(marketing) == 0
    await surface.open_thread(place, card, load, repeat=True)
    assert slack.messages(marketing)[0].images() == [JPEG + b"b1"]


async def test_a_rate_limit_is_waited_out_when_short_and_told_when_long(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """Seconds are waited here; more is the caller's to plan."""
    slack.faults.answer("chat.postMessage", status=429, retry_after=0)
    await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)
    slack.faults.answer("chat.postMessage", status=429, retry_after=30)
    with pytest.raises(TryLater) as later:
        await surface.open_thread(place, Card("k2", "Bears"), load, repeat=False)
    assert (later.value.code, later.value.after) == ("chat_busy", 30)
    assert slack.posts(marketing) == 1


async def test_cards_that_come_at_once_keep_to_slacks_pace(
    slack: SlackServer, surface: Slack, marketing: Channel, place: Place, load: Load
) -> None:
    """One post a second and channel: the second waits its turn, and both stand once."""
    slack.faults.limit_posts = True
    cards = [Card(f"k{n}", f"Card {n}") for n in range(2)]
    await asyncio.gather(*(surface.open_thread(place, card, load, repeat=False) for card in cards))
    assert {message.plain() for message in slack.messages(marketing)} == {"Card 0", "Card 1"}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("not_in_channel", "chat_not_invited"),
        ("channel_not_found", "chat_not_invited"),
        ("is_archived", "chat_gone"),
        ("missing_scope", "chat_forbidden"),
        ("account_inactive", "chat_forbidden"),
        ("invalid_blocks", "chat_refused"),
    ],
)
async def test_what_an_admin_must_mend_is_told_as_such(
    slack: SlackServer, surface: Slack, place: Place, load: Load, error: str, code: str
) -> None:
    """Each of Slack's reasons has one of ours, with the channel."""
    slack.faults.answer("chat.postMessage", error=error)
    with pytest.raises(ActionNeeded) as needed:
        await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)
    assert needed.value.code == code
    assert needed.value.facts["channel"] == place.channel


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_error_means_later(
    slack: SlackServer, surface: Slack, place: Place, load: Load, status: int
) -> None:
    """Whatever stands in its body."""
    slack.faults.fail("chat.postMessage", status=status)
    with pytest.raises(TryLater):
        await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)


async def test_an_unreachable_slack_means_later(
    settings: Settings, place: Place, load: Load
) -> None:
    """As does no answer at all."""
    nowhere = settings.model_copy(update={"slack_api_url": "http://127.0.0.1:9/api/"})
    with pytest.raises(TryLater) as later:
        await Slack(nowhere, COMMANDS).open_thread(place, Card("k", "Foxes"), load, repeat=False)
    assert later.value.code == "chat_unavailable"
