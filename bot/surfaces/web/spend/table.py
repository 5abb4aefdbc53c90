"""What was spent in a month, as a table that a spreadsheet opens: exact to a millionth of a dollar.

Owns its cells. It must not know who may read them.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.business.keys import ProviderKey
from core.business.spending import Spending, Spent
from core.wording import spending as words
from core.wording.money import MILLION

FORMULA_STARTS = frozenset("=+-@\t\r")
"""With these, spreadsheets take a text for a formula."""


@dataclass(frozen=True)
class Table:
    """How rows are told: by brought `keys` (None for one that is gone), to the `viewer` of this
    name. What models that are `unpriced` cost is left empty. `charge` is micro-USD for each AI
    picture, None where nothing is charged back.
    """

    keys: Mapping[str, ProviderKey | None]
    viewer: str
    unpriced: Collection[str]
    charge: int | None

    def write(self, spending: Spending, own: Sequence[Spent]) -> str:
        """All rows of a month; then what one's own keys paid, which is never charged back."""
        written = io.StringIO()
        table = csv.writer(written)
        charged = self.charge is not None
        table.writerow([*words.COLUMNS, *([words.CHARGE_COLUMN] if charged else [])])
        for row in spending.rows:
            charge = [_dollars((self.charge or 0) * row.images)] if charged else []
            table.writerow([*self._cells(row, spending.names[row.member_id]), *charge])
        for row in own:
            table.writerow([*self._cells(row, self.viewer), *([""] if charged else [])])
        return written.getvalue()

    def _cells(self, row: Spent, name: str) -> list[str]:
        told = [_harmless(words.person(name)), _harmless(words.model(row.model))]
        cost = "" if not row.amount and row.model in self.unpriced else _dollars(row.amount)
        paid_by = _harmless(words.paid_by(self.keys.get(row.key_id)))
        return [row.day, *told, str(row.images), cost, paid_by]


def _dollars(micro: int) -> str:
    return f"{Decimal(micro) / MILLION:.6f}"


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in FORMULA_STARTS else text
