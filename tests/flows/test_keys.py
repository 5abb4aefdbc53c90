"""Keys that people bring: asked for in a form, tried for nothing, and paying for their own."""

import pytest

from core.business.ledger import day_of
from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.platforms.openai import OpenAIServer

SLACK = pytest.mark.parametrize("chat", ["slack"], indirect=True)
KEY = "sk-canary-of-ada-0123456789-wxyz"


@pytest.fixture
def free(environ: dict[str, str], openai: OpenAIServer) -> dict[str, str]:
    """The settings of a desk without any key of its own."""
    openai.accept_key(KEY)
    return environ | {"OPENAI_BASE_URL": openai.base_url}


async def bring(person: Person, where: Where, key: str, **others: str) -> None:
    """Fill the form in."""
    form = await (await person.command("/keys", where)).form()
    await person.submit(form, {"Key": key, **others})


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
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "“Ada's” (…wxyz)", "is stored and being tried")
        await eyes.told(ada, "OpenAI takes the key", "…wxyz")
        assert openai.bill == []
        await ada.command("/generate a fox", marketing)
        card = await eyes.see(marketing, "Done: a fox", "Paid by your own key")
        assert card.says("Cost", "$0.01")
        assert len(openai.bill) == 1
        async with desk.database.read() as uow:
            business = await uow.businesses.get(1)
            assert business is not None
            assert await uow.ledger.spent(1, day_of(business, uow.now)) == 0
            [key] = await uow.keys.everywhere()
            assert await uow.ledger.paid_by(key.id) == openai.charged
        await bob.command("/generate a dog", marketing)
        other = await eyes.see(marketing, "Done: a dog")
        assert "own key" not in other.text
        assert len(openai.bill) == 1
        form = await (await ada.command("/keys", marketing)).form()
        assert "“Ada's” (…wxyz): yours, works, $0.01" in form.text
        chosen = "OpenAI “Ada's” (…wxyz)"
        await ada.submit(form, {"Revoke": chosen})
        await eyes.told(ada, "is revoked and forgotten here")
        await ada.command("/generate a cat", marketing)
        await eyes.see(marketing, "Done: a cat", without="own key")
        assert len(openai.bill) == 1
