"""Budgets, and who was told that one is nearly used up."""

from sqlalchemy import delete, select

from core.business.budgets import Budget, LowNotice
from storage.budgets import budgets, low_notices
from storage.repositories.rows import SqlRows


class Budgets(SqlRows[Budget, str]):
    """What may be spent."""

    entity = Budget

    async def of_business(self, business_id: int) -> list[Budget]:
        """All of them."""
        return await self._all(select(Budget).where(budgets.c.business_id == business_id))

    async def notice(self, notice: LowNotice) -> bool:
        """Note that somebody is told; False if they were before. Under the business row's lock."""
        key = (notice.budget_id, notice.whom, notice.period)
        if await self.session.get(LowNotice, key):
            return False
        self.session.add(notice)
        return True

    async def forget_notices(self, budget: Budget) -> None:
        """Have everybody told again: the amount is another one."""
        await self.session.execute(delete(LowNotice).where(low_notices.c.budget_id == budget.id))

    async def remove(self, budget: Budget) -> None:
        """Delete it, with its notices."""
        await self.forget_notices(budget)
        await self.session.delete(budget)
