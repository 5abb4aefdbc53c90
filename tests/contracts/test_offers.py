"""How calls of one key share their slots."""

from bot.offers import make_catalogue, make_offer
from core.settings import Settings

KEY = "sk-of-a-test"


def test_openai_counts_each_model_of_a_key_apart() -> None:
    """By the key's fingerprint, which does not tell the key; another key has slots of its own."""
    settings = Settings()
    catalogue = make_catalogue(settings)
    offer, other = (make_offer(settings, catalogue, "openai", key) for key in (KEY, f"{KEY}-2"))
    names = {offer.pace("a"), offer.pace("b"), other.pace("a")}
    assert len(names) == 3
    assert not any(KEY in name for name in names)


def test_replicate_and_stability_count_an_accounts_calls_together() -> None:
    """Whatever is drawn there."""
    settings = Settings()
    for provider in ("replicate", "stability"):
        offer = make_offer(settings, make_catalogue(settings), provider, KEY)
        assert offer.pace("a") == offer.pace("b")
