"""How amounts and times are written."""

from collections.abc import Sequence

MILLION = 1_000_000


def money(micro: int | None) -> str:
    """Micro-USD as dollars: three decimals below a dollar (less is "under $0.001"), "unknown" where
    not known.
    """
    if micro is None:
        return "unknown"
    if micro == 0:
        return "$0"
    if 0 < micro < MILLION // 1000:
        return "under $0.001"
    dollars = micro / MILLION
    return f"${dollars:.2f}" if dollars >= 1 else f"${dollars:.3f}"


def about(micro: int | None) -> str:
    """An estimate in few words: "≈ $0.013", "$0", "price unknown"."""
    if micro is None:
        return "price unknown"
    return f"{'≈ ' * bool(micro)}{money(micro)}"


def perhaps(micro: int | None) -> str:
    """What a call may have cost whose answer never came."""
    return "something" if micro is None else money(micro)


def bill(known: int, unpriced: int) -> str:
    """What is known of an amount (micro-USD), beside so many pictures at a price that is not."""
    if not unpriced:
        return money(known)
    if not known:
        return money(None)
    return f"{money(known)}, and {count(unpriced, 'picture')} at an unknown price"


def span(seconds: float) -> str:
    """A length of time, rounded as people say it."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:  # noqa: PLR2004  # a minute and a half is still said in seconds
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min"


def expected(seconds: float) -> str:
    """The same as it is expected: "about 20 s"."""
    return span(seconds) if seconds < 1 else f"about {span(seconds)}"


def numbers(values: Sequence[int | str]) -> str:
    """Picture numbers (or letters) as people read them: "1, 2 and 4"."""
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def count(amount: int, one: str, many: str = "") -> str:
    """An amount with its noun: "1 picture", "3 pictures"."""
    return f"{amount} {one if amount == 1 else many or one + 's'}"
