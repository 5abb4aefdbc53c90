"""Orders: what a person gives becomes one that is final and valid, or a sentence why not."""

import pytest

from core.errors import UserError
from core.generation.fitting import fit
from core.generation.orders import Order, read_order, with_preview
from core.generation.prices import read_catalogue

CATALOGUE = read_catalogue()
MODELS = CATALOGUE.models


def order(**options: str) -> Order:
    """An order of a fox with these options."""
    return read_order({"prompt": "a fox", **options}, CATALOGUE, MODELS, "")


def refusal(**options: str) -> UserError:
    """Why there is no such order."""
    with pytest.raises(UserError) as raised:
        order(**options)
    return raised.value


@pytest.mark.parametrize("text", ["12,15", "12 15", "#12, #15", " 12 ,15,12 "])
def test_references_are_numbers_each_once(text: str) -> None:
    """However they are written."""
    assert order(reference=text).references == (12, 15)


def test_no_reference_is_none() -> None:
    """And the price is that of the words alone."""
    assert order().references == ()
    assert order().price == 13_200


def test_each_reference_has_its_price() -> None:
    """As the catalogue says; also in the estimate of all pictures."""
    assert order(reference="1 2", count="3").price == 13_200 + 2 * 8_192
    assert order(reference="1 2", count="3").estimate == 3 * (13_200 + 2 * 8_192)


@pytest.mark.parametrize("text", ["fox", "1.5", "-1", "0", "1;2", "9" * 30])
def test_what_is_no_number_is_told(text: str) -> None:
    """With what was written."""
    error = refusal(reference=text)
    assert (error.code, error.facts) == ("reference_wrong", {"reference": text})


def test_more_than_the_model_takes_are_too_many() -> None:
    """Sixteen are not."""
    assert len(order(reference=" ".join(map(str, range(1, 17)))).references) == 16
    error = refusal(reference=" ".join(map(str, range(1, 18))))
    assert (error.code, error.facts) == ("references_many", {"count": 17, "most": 16})


def test_a_model_that_takes_none_names_those_that_do() -> None:
    """Before anything is paid."""
    error = refusal(model="flux-schnell", reference="1")
    assert error.code == "references_untaken"
    assert "gpt-image-2.5-flare" in str(error.facts["models"])


def test_where_no_model_takes_any_that_is_said() -> None:
    """As on a desk without a provider, where only sketches are drawn."""
    models = {"flux-schnell": MODELS["flux-schnell"]}
    with pytest.raises(UserError) as raised:
        read_order({"prompt": "a fox", "reference": "1"}, CATALOGUE, models, "")
    assert raised.value.code == "references_nowhere"


def test_another_reference_is_another_picture() -> None:
    """So a batch does not take one for the other; without any nothing has changed."""
    prints = {order(reference=text).fingerprint for text in ("", "1", "2", "1 2")}
    assert len(prints) == 4
    assert order().fingerprint == "3f72503a1f7742b5d63ab9536213b643"


def test_a_prompt_is_as_long_as_its_model_takes() -> None:
    """Stability AI takes fewer characters than OpenAI."""
    prompt = "fox " * 2_500 + "!"
    assert order(prompt=prompt)
    error = refusal(prompt=prompt, model="stable-image-core")
    assert (error.code, error.facts) == ("prompt_too_long", {"length": 10_001, "limit": 10_000})


def test_a_picture_that_is_shown_on_the_way_costs_what_that_costs() -> None:
    """Added to the price; nothing is shown of several, or of one that is quick."""
    asked = order(model="gpt-image-2.5-flare")
    model = MODELS["gpt-image-2.5-flare"]
    shown = with_preview(asked, model)
    assert (shown.previews, shown.price) == (1, (asked.price or 0) + model.preview_cost)
    for other in (order(model=model.name, count="2"), order(model=model.name, quality="low")):
        assert with_preview(other, model) == other


def test_a_model_that_takes_over_shows_nothing_that_its_price_does_not_hold() -> None:
    """Else more would be booked than was set aside."""
    model = MODELS["gpt-image-2.5-flare"]
    others = [one for one in MODELS.values() if one.preview_cost and one.name != model.name]
    for other in others:
        chosen = fit(with_preview(order(model=model.name), model), other)
        assert chosen is not None
        assert chosen.previews == 0
        assert chosen.price == other.price(chosen.quality, chosen.size)
    assert others
