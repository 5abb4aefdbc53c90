"""Who sits before the browser, and how they came there."""

import pytest
from starlette.datastructures import Headers

from bot.surfaces.web.guard import is_local
from core.business.admission import Door, admit
from core.business.members import Member
from core.chat import Command, File
from core.wording import page as words

from .grounds import Browser, Ground, card, picture, place


async def test_without_a_session_the_page_says_how_to_sign_in(ground: Ground) -> None:
    async with ground.browser() as stranger:
        answer = await stranger.get("/")
    assert answer.status_code == 401
    assert "Type /desk in Slack or Discord" in answer.text


@pytest.mark.parametrize("wanted", ["/library?text=f%C3%B6x&sort=name", "/library/7", "/"])
async def test_after_signing_in_one_is_where_one_wanted_to_be(ground: Ground, wanted: str) -> None:
    """A link to a picture, followed from a chat by somebody who is not signed in, is not lost."""
    ada = await ground.member("Ada")
    async with ground.browser() as browser:
        assert (await browser.get(wanted)).status_code == 401
        entered = await browser.post(f"/sign-in/{await ground.link(ada)}")
        assert entered.headers["location"] == wanted
        again = await browser.post(f"/sign-in/{await ground.link(ada)}")
        assert again.headers["location"] == "/"


async def test_nobody_is_sent_elsewhere_by_a_cookie_that_was_slipped_in(ground: Ground) -> None:
    token = await ground.link(await ground.member("Ada"))
    async with ground.browser() as browser:
        slipped = {"cookie": "imagedesk-wanted=x.//evil.example/"}
        entered = await browser.post(f"/sign-in/{token}", headers=slipped)
    assert entered.headers["location"] == "/"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/threads"),
        ("GET", "/threads/x"),
        ("GET", "/earlier?before=x"),
        ("GET", "/complete?command=generate&option=style"),
        ("GET", "/events"),
        ("GET", "/files/a/b/c"),
        ("POST", "/say"),
        ("POST", "/press"),
        ("POST", "/submit"),
        ("POST", "/react"),
        ("POST", "/sign-out"),
    ],
)
async def test_nothing_but_what_is_public_is_given_to_strangers(
    ground: Ground, method: str, path: str
) -> None:
    async with ground.browser() as stranger:
        answer = await stranger.request(method, path, data={"text": "/help"})
    assert answer.status_code == 401
    assert not ground.inbox.deliveries


async def test_in_a_demo_the_local_person_is_signed_in_as_admin(ground: Ground) -> None:
    ground.changes["demo"] = True
    async with ground.browser() as browser:
        answer = await browser.get("/", follow_redirects=True)
        await browser.act("/say", {"text": "/help"})
    assert answer.status_code == 200
    event = ground.inbox.events[0]
    assert (event.actor.id, event.actor.name, event.actor.is_admin) == ("local", "You", True)
    assert event.place.team_name == "Image Desk demo"


@pytest.mark.parametrize(("demo", "client"), [(True, "10.0.0.7"), (False, "127.0.0.1")])
async def test_nobody_else_is_signed_in_by_themselves(
    ground: Ground, *, demo: bool, client: str
) -> None:
    """Not in a demo from another machine, and not on this machine without a demo."""
    ground.changes["demo"] = demo
    async with ground.browser(client=client) as browser:
        assert (await browser.get("/", follow_redirects=True)).status_code == 401


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "cf-connecting-ip"])
async def test_a_tunnel_lets_no_stranger_into_a_demo(ground: Ground, header: str) -> None:
    """It comes from this machine and names its host, but it says that it speaks for another."""
    ground.changes["demo"] = True
    async with ground.browser() as browser:
        answer = await browser.get("/", headers={header: "203.0.113.9"}, follow_redirects=True)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("client", "host", "local"),
    [
        ("127.0.0.1", "localhost:8080", True),
        ("::1", "[::1]:8080", True),
        ("127.0.0.1", "desk.example.org", False),
        ("10.0.0.7", "localhost:8080", False),
    ],
)
def test_local_is_who_comes_from_here_and_asks_for_here(
    client: str, host: str, *, local: bool
) -> None:
    """A tunnel that ends on this machine asks for the public host."""
    assert is_local(client, Headers({"host": host})) == local


async def test_a_one_time_link_signs_in_once(ground: Ground, ada: Member) -> None:
    token = await ground.link(ada)
    async with ground.browser() as browser, ground.browser() as thief:
        assert (await browser.post(f"/sign-in/{token}")).status_code == 303
        assert (await browser.get("/")).status_code == 200
        answer = await thief.post(f"/sign-in/{token}")
        assert answer.status_code == 403
        assert words.LINK_DEAD in answer.text
        assert (await thief.get("/")).status_code == 401


async def test_looking_at_a_link_does_not_use_it_up(ground: Ground, ada: Member) -> None:
    """Chats fetch links for their previews; only the button signs in."""
    token = await ground.link(ada)
    async with ground.browser() as browser:
        for _ in range(3):
            answer = await browser.get(f"/sign-in/{token}")
            assert "You will be Ada in Business 1" in answer.text
            assert "set-cookie" not in answer.headers
        assert (await browser.post(f"/sign-in/{token}")).status_code == 303


async def test_a_link_dies_after_ten_minutes(ground: Ground, ada: Member) -> None:
    token = await ground.link(ada)
    ground.clock.wait(minutes=10)
    async with ground.browser() as browser:
        assert (await browser.get(f"/sign-in/{token}")).status_code == 403
        assert (await browser.post(f"/sign-in/{token}")).status_code == 403


async def test_a_guessed_link_opens_nothing(ground: Ground) -> None:
    async with ground.browser() as browser:
        assert (await browser.get("/sign-in/guess")).status_code == 403
        assert (await browser.post("/sign-in/guess")).status_code == 403


async def test_whoever_comes_from_another_chat_stays_who_they_are(
    ground: Ground, ada: Member, browser: Browser
) -> None:
    """Events from the page are those of the same member in the same business."""
    await browser.act("/say", {"text": "/generate a fox"})
    event = ground.inbox.events[0]
    assert isinstance(event, Command)
    assert event.place.surface == "page"
    door = Door(frozenset({"T1"}), 1)
    async with ground.database.write() as uow:
        business, member = await admit(uow, door, event.place, event.actor)
    assert (business.id, member.id, member.surface) == (1, ada.id, "slack")


async def test_a_session_ends_after_thirty_days(ground: Ground, browser: Browser) -> None:
    ground.clock.wait(days=29, hours=23)
    assert (await browser.get("/")).status_code == 200
    ground.clock.wait(hours=1)
    assert (await browser.get("/")).status_code == 401


@pytest.mark.parametrize("change", ["member", "expiry", "sign-outs", "signature", "words"])
async def test_a_changed_cookie_is_nobody_s(ground: Ground, ada: Member, change: str) -> None:
    other = await ground.member("Bob")
    async with ground.signed_in(ada) as browser:
        member, expiry, outs, signature = browser.cookies["imagedesk"].split(".")
    forged = {
        "member": f"{other.id}.{expiry}.{outs}.{signature}",
        "expiry": f"{member}.{int(expiry) + 1}.{outs}.{signature}",
        "sign-outs": f"{member}.{expiry}.{int(outs) + 1}.{signature}",
        "signature": f"{member}.{expiry}.{outs}.{signature[::-1]}",
        "words": f"x.{signature}",
    }[change]
    async with ground.browser() as thief:
        assert (await thief.get("/", headers={"cookie": f"imagedesk={forged}"})).status_code == 401


async def test_signing_out_ends_the_sessions_of_this_person_wherever_they_are(
    ground: Ground, ada: Member, browser: Browser
) -> None:
    """Also one whose cookie somebody copied; not those of others, nor one that begins later."""
    bob = await ground.member("Bob")
    async with ground.browser() as thief, ground.signed_in(bob) as other:
        copied = {"cookie": f"imagedesk={browser.cookies['imagedesk']}"}
        assert (await thief.get("/", headers=copied)).status_code == 200
        assert (await browser.act("/sign-out", {})).status_code == 303
        assert "imagedesk" not in browser.cookies
        assert (await browser.get("/")).status_code == 401
        assert (await thief.get("/", headers=copied)).status_code == 401
        assert (await other.get("/")).status_code == 200
    async with ground.signed_in(ada) as again:
        assert (await again.get("/")).status_code == 200


@pytest.mark.parametrize(("address", "secure"), [("http://desk", False), ("https://desk", True)])
async def test_the_cookie_is_for_this_site_and_no_script(
    ground: Ground, ada: Member, address: str, *, secure: bool
) -> None:
    ground.changes["address"] = address
    token = await ground.link(ada)
    async with ground.browser() as browser:
        cookie = (await browser.post(f"/sign-in/{token}")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ("Secure" in cookie) is secure


async def test_people_of_one_business_see_nothing_of_another(
    ground: Ground, browser: Browser
) -> None:
    mine = "A word among ourselves"
    await browser.act("/say", {"text": mine}, files=[("p.png", picture(kind="PNG"))])
    (line,) = await ground.lines()
    await ground.blobs.put("1/p.jpg", picture(), "image/jpeg")
    shown = card("a", pictures=(File("1/p.jpg", "p.jpg", "image/jpeg"),))
    await ground.page.open_thread(place(), shown, ground.load, repeat=False)
    stranger = await ground.member("Eve", business=2)
    async with ground.signed_in(stranger) as eve:
        assert mine not in (await eve.get("/")).text
        for path in (f"/threads/{line.id}", f"/?thread={line.id}"):
            assert (await eve.get(path)).status_code == 404
        file = (await browser.get("/")).text.split('href="/files/')[1].split('"')[0]
        assert (await browser.get(f"/files/{file}")).status_code == 200
        assert (await eve.get(f"/files/{file}")).status_code == 404
        for path in ("/press", "/react"):
            fields = {"line": line.id, "action": "x", "emoji": "✅", "added": "yes"}
            assert (await eve.act(path, fields)).status_code == 404
        assert (await eve.act("/say", {"text": "hi", "thread": line.id})).status_code == 404
    assert len(ground.inbox.events) == 1  # the picture that Ada brought
