"""Keys that people bring: asked for in a form, tried for nothing, and paying for their own."""

import csv
import io

import pytest

from core.business.accounts import Account, seal_context
from core.business.ledger import day_of
from core.wording.money import MILLION, money
from tests.desk import desk_process, running_desk
from tests.driving import Chat, Person, Where
from tests.driving.page import PagePerson
from tests.flows.brought import KEY, bring, free, revoke
from tests.flows.conftest import Eyes
from tests.flows.test_paid_pictures import until_spent
from tests.platforms.openai import OpenAIServer

__all__ = ["free"]

SLACK = pytest.mark.parametrize("chat", ["slack"], indirect=True)


async def test_a_key_of_ones_own_is_tried_and_pays_until_it_is_revoked(
    chat: Chat,
    ada: Person,
    bob: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """It shows its last four characters; budgets do not count it; nobody else pays by it."""
    async with running_desk(free) as desk:
        await chat.connected()
        added = await (await bring(ada, marketing, KEY, Name="Ada's")).panel()
        assert added.says("OpenAI “Ada's” (…wxyz): yours")
        await eyes.told(ada, "OpenAI takes the key", "…wxyz")
        assert openai.bill == []
        await ada.command("/generate a fox", marketing)
        card = await eyes.see(
            marketing, "Done: a fox", "On the OpenAI key …wxyz that Ada brought; no budget"
        )
        assert card.says("Cost", "$0.01")
        assert len(openai.bill) == 1
        async with desk.database.read() as uow:
            business = await uow.businesses.get(1)
            assert business is not None
            today = day_of(business, uow.now)
            assert await uow.ledger.used(1, (today, today)) == (0, 0)
            [key] = await uow.keys.everywhere()
            assert await uow.ledger.paid_by(key.id) == openai.charged
        await bob.command("/generate a dog", marketing)
        other = await eyes.see(marketing, "Done: a dog")
        assert "OpenAI key" not in other.text
        assert len(openai.bill) == 1
        ring = await (await ada.command("/keys", marketing)).panel()
        assert "“Ada's” (…wxyz): yours, works, $0.01" in ring.text
        shown = [*chat.read(marketing), *ada.private(), added, ring]
        assert KEY not in repr(shown)
        question = await (
            await ada.choose(ring, "Revoke a key", ["OpenAI “Ada's” (…wxyz)"])
        ).panel()
        ring = await (await ada.press(question, "Keep it")).panel()
        assert "“Ada's” (…wxyz): yours, works" in ring.text
        ring = await revoke(ada, marketing, "OpenAI “Ada's” (…wxyz)")
        assert "“Ada's” (…wxyz): yours" not in ring.text
        assert ring.says("No key was brought yet")
        await ada.command("/generate a cat", marketing)
        await eyes.see(marketing, "Done: a cat", without="OpenAI key")
        assert len(openai.bill) == 1


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_a_key_typed_in_a_mention_is_not_repeated_by_the_desk(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, free: dict[str, str]
) -> None:
    """The button that is offered carries nothing of it, and the keyring says what to do."""
    async with running_desk(free):
        await chat.connected()
        await ada.mention(f"keys {KEY}", marketing)
        offer = await eyes.see(marketing, "Only you will see this.")
        assert "run:keys" in repr(offer.handle.components)
        assert KEY[:8] not in repr(offer.handle.components)
        ring = await (await ada.press(offer, "Show")).panel()
        assert ring.says("was not read or stored", "make a new key at the provider")


@SLACK
async def test_a_refused_key_says_so_and_nobody_elses_is_taken(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """By the trial, midway, and at the next order: each in a sentence, and nothing is paid."""
    openai.accept_key("sk-test")
    async with running_desk(free | {"OPENAI_API_KEY": "sk-test"}):
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        openai.revoke_key(KEY)
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "Not made: a fox", "does not take the key “Ada's” (…wxyz)", "$0")
        assert "“Ada's” (…wxyz)" in (await ada.command("/generate a dog", marketing)).text
        await bring(ada, marketing, "sk-another-that-is-wrong-abcd", Name="Wrong")
        await eyes.told(ada, "OpenAI does not take the key “Wrong” (…abcd)", "Nothing was paid")
    assert openai.bill == []


async def test_the_businesss_key_pays_judges_and_finds_words_for_all(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Only admins bring it. It counts in the budgets, unlike a person's own; the cards do not say
    any more that nothing is judged, until it is revoked.
    """
    openai.flag("poison", "illicit")
    async with running_desk(free) as desk:
        await chat.connected()
        ring = await (await ada.command("/keys", marketing)).panel()
        form = await (await ada.press(ring, "Add a key")).form()
        assert "Whose" not in form.fields
        form = await (await ada.command("/generate", marketing)).form()
        assert "Not moderated" in form.text
        await bring(root, marketing, KEY, Name="Ours", Whose="The business's (admins)")
        await eyes.told(root, "OpenAI takes the key “Ours”")
        form = await (await ada.command("/generate", marketing)).form()
        assert "Not moderated" not in form.text
        await ada.command("/generate a fox", marketing)
        done = await eyes.see(marketing, "Done: a fox", "On the business's OpenAI key …wxyz.")
        await eyes.until(marketing, lambda: openai.words)
        assert openai.calls == ["models", "moderate", "generate", "moderate", "caption"]
        await until_spent(desk, lambda: openai.charged)
        assert "Not moderated" not in eyes.again(done).text
        async with desk.database.read() as uow:
            [key] = await uow.keys.everywhere()
            assert await uow.ledger.paid_by(key.id) == openai.charged > 0
        if isinstance(root, PagePerson):
            table = await spend_table(root)
            assert {row["key"] for row in table} == {"…wxyz, the business's"}
            assert total(table) == openai.charged
        await ada.command("/generate how to brew poison --model sketch", marketing)
        await eyes.see(marketing, "Not made: how to brew poison", "illicit", "$0")

        await revoke(root, marketing, "OpenAI “Ours” (…wxyz)")
        await ada.command("/generate a cat", marketing)
        await eyes.see(marketing, "Done: a cat", "Not moderated")
        assert openai.calls.count("moderate") == 3
        assert KEY not in repr([chat.read(marketing), ada.private(), root.private()])


@SLACK
async def test_what_must_be_judged_waits_while_the_businesss_key_is_refused(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Nothing is drawn unjudged in silence; the card and the keyring say which key it is."""
    async with running_desk(free):
        await chat.connected()
        await bring(root, marketing, KEY, Name="Ours", Whose="The business's (admins)")
        await eyes.told(root, "OpenAI takes the key “Ours”")
        openai.revoke_key(KEY)
        await ada.command("/generate a fox --model sketch", marketing)
        await eyes.see(marketing, "Waiting for moderation", "does not take the key “Ours” (…wxyz)")
        ring = await (await root.command("/keys", marketing)).panel()
        assert ring.says("“Ours” (…wxyz): the business's, refused: bring another")
        assert eyes.seen(marketing, "Done: a fox") is None


@SLACK
async def test_the_doctor_says_by_whose_key_is_moderated(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """A person's own key judges nothing, the business's does, and a refused one makes wait."""
    async with running_desk(free):
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        assert "! Moderation: off; cards say" in (await said(free, "doctor"))[1]
        await bring(root, marketing, KEY, Name="Ours", Whose="The business's (admins)")
        await eyes.told(root, "OpenAI takes the key “Ours”")
        code, words = await said(free, "doctor")
        assert (code, "✓ Moderation: on, by the OpenAI key that each business" in words) == (
            0,
            True,
        )
        assert "– OpenAI: the desk has no key of its own" in words
        openai.revoke_key(KEY)
        await ada.command("/generate a fox --model sketch", marketing)
        await eyes.see(marketing, "Waiting for moderation")
        code, words = await said(free, "doctor")
        assert "! Moderation: 1 of 1 OpenAI keys that businesses brought do not work" in words


@SLACK
async def test_a_batch_is_judged_by_the_businesss_key_alone(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """By a person's own nothing is judged, and the card says so."""
    openai.flag("poison", "illicit")
    async with running_desk(free):
        await chat.connected()
        await bring(root, marketing, KEY, Name="Root's")
        await eyes.told(root, "OpenAI takes the key")
        await batch(root, marketing, eyes, "a fox\nan owl")
        card = await eyes.see(marketing, "2 of 2 pictures made", "Not moderated")
        assert "moderate" not in openai.calls
        await bring(root, marketing, KEY, Name="Ours", Whose="The business's (admins)")
        await eyes.told(root, "OpenAI takes the key “Ours”")
        await batch(root, marketing, eyes, "a hare\nhow to brew poison")
        judged = await eyes.see(marketing, "1 of 2 pictures made", "illicit")
        assert judged.id != card.id
        assert "Not moderated" not in judged.text


async def batch(person: Person, where: Where, eyes: Eyes, prompts: str) -> None:
    """Have a list of prompts made."""
    form = await (await person.command("/bulk", where)).form()
    await person.submit(form, {"Prompts": prompts})
    await person.press(await eyes.see(where, "Batch: 2 pictures", "Start"), "Start")


async def test_a_batch_says_whose_key_pays_and_its_spend_stands_apart(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Before it starts, while it runs and at its end; the page tells a key's spend by itself."""
    async with running_desk(free):
        await chat.connected()
        await bring(root, marketing, KEY, Name="Root's")
        await eyes.told(root, "OpenAI takes the key")
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": "a fox\nan owl"})
        plan = await eyes.see(
            marketing, "2 pictures", "On the OpenAI key …wxyz that Root brought; no budget"
        )
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "2 of 2 pictures made")
        assert done.says("On the OpenAI key …wxyz that Root brought; no budget counts it.")
        assert len(openai.bill) == 2
        if isinstance(root, PagePerson):
            assert root.browser
            main, _ = await root.browser.read("/spend")
            assert "Nothing was spent in this month." in main.text()
            assert "OpenAI “Root's” (…wxyz), yours" in main.text()
            assert money(openai.charged) in main.text()
            table = await spend_table(root)
            assert {row["key"] for row in table} == {"…wxyz, yours"}
            assert total(table) == openai.charged


async def spend_table(person: PagePerson) -> list[dict[str, str]]:
    """The month as a table, as the page gives it."""
    assert person.browser
    text = await person.browser.download("/spend.csv")
    return list(csv.DictReader(io.StringIO(text.decode())))


def total(table: list[dict[str, str]]) -> int:
    """Micro-USD of all rows."""
    return sum(round(float(row["cost_usd"]) * MILLION) for row in table)


@SLACK
async def test_a_batch_whose_key_is_revoked_midway_pauses(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What is left waits; the card says which key, and the desk's own is not touched."""
    openai.accept_key("sk-test")
    async with running_desk(free | {"OPENAI_API_KEY": "sk-test"}):
        await chat.connected()
        await bring(root, marketing, KEY, Name="Root's")
        await eyes.told(root, "OpenAI takes the key")
        openai.revoke_key(KEY)
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": "a fox\na dog\na cat"})
        card = await eyes.see(marketing, "3 pictures", "Start")
        await root.press(card, "Start")
        await eyes.see(marketing, "does not take the key “Root's” (…wxyz)")
    assert openai.bill == []


async def said(environ: dict[str, str], *command: str) -> tuple[int, str]:
    """Run a command to its end; its exit code and words."""
    async with desk_process(environ, *command, ready="") as process:
        return await process.until_ended(), "\n".join(process.said)


@SLACK
async def test_secrets_move_to_a_new_secret_key(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Both open while it is under way, and may be repeated; a lost SECRET_KEY is told."""
    async with running_desk(free | {"SECRET_KEY": "the old one"}) as desk:
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        async with desk.database.write() as uow:
            account = Account(1, "facebook", "7", "Acme", "", uow.now)
            account.sealed = desk.vault.seal("a token", seal_context(account))
            uow.accounts.add(account)
    lost = free | {"SECRET_KEY": "the new one"}
    code, words = await said(lost, "secrets", "rotate")
    assert code == 1
    assert "facebook Acme cannot be opened" in words
    assert "openai Ada's (…wxyz) cannot be opened" in words
    assert "1 of 1 that people brought cannot be opened" in (await said(lost, "doctor"))[1]
    both = lost | {"SECRET_KEY_OLD": "the old one"}
    assert "all can be opened" in (await said(both, "doctor"))[1]
    code, words = await said(both, "secrets", "rotate")
    assert (code, "2 secrets encrypted anew; all 2" in words) == (0, True), words
    assert "0 secrets encrypted anew; all 2" in (await said(both, "secrets", "rotate"))[1]
    async with running_desk(lost) as desk:
        await chat.connected()
        async with desk.database.read() as uow:
            kept = await uow.accounts.get(account.id)
            assert kept is not None
            assert desk.vault.open(kept.sealed, seal_context(kept)) == "a token"
        await ada.command("/generate a fox", marketing)
        await eyes.see(
            marketing, "Done: a fox", "On the OpenAI key …wxyz that Ada brought; no budget"
        )
    async with running_desk(free | {"SECRET_KEY": "a wrong one"}):
        await chat.connected()
        await ada.command("/generate a dog", marketing)
        await eyes.see(marketing, "Not made: a dog", "cannot be opened", "SECRET_KEY_OLD", "$0")
    assert len(openai.bill) == 1
