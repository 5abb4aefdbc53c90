"""What an address of the spend view asks for. It must not know the ledger."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlencode

from core.wording.money import MILLION

HOME: Final = "/spend"
TABLE: Final = "/spend.csv"
MOST_CHARGED: Final = Decimal(10_000)
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Asked:
    """A month ("YYYY-MM"), and the price in micro-USD at which each AI picture is charged back;
    None where none is, `charge_text` being what was written.
    """

    month: str
    charge: int | None = None
    charge_text: str = ""

    @property
    def wrong(self) -> bool:
        """Whether a price was written that is none."""
        return bool(self.charge_text) and self.charge is None

    def address(self, home: str = HOME, month: str = "") -> str:
        """Where the same is shown, for `month` instead where it is given."""
        query = {"month": month or self.month}
        if self.charge is not None:
            query["charge"] = self.charge_text
        return f"{home}?{urlencode(query)}"

    @property
    def before(self) -> str:
        """The month before, "YYYY-MM"."""
        return _moved(self.month, -1)

    @property
    def after(self) -> str:
        """The month after."""
        return _moved(self.month, 1)


def read_query(query: Mapping[str, str], today: str) -> Asked:
    """What is asked; the month of `today` ("YYYY-MM-DD") where none, or no real one, is."""
    month, text = query.get("month", ""), query.get("charge", "").strip()
    return Asked(month if _MONTH.fullmatch(month) else today[:7], _price(text), text[:20])


def _price(text: str) -> int | None:
    try:
        price = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        return None
    return int(price * MILLION) if price.is_finite() and 0 <= price <= MOST_CHARGED else None


def _moved(month: str, by: int) -> str:
    first = date.fromisoformat(f"{month}-01")
    number = first.year * 12 + first.month - 1 + by
    return f"{number // 12:04}-{number % 12 + 1:02}"
