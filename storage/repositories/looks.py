"""Looks: an AI's, at pictures, for their words."""

from sqlalchemy import ColumnElement, select

from core.library.captioning import Look
from storage.looks import looks
from storage.repositories.rows import Leased


class Looks(Leased[Look]):
    """Looks, by their id."""

    entity = Look
    table = looks

    def claimable(self) -> ColumnElement[bool]:
        """Those that have not ended."""
        return looks.c.outcome == ""

    async def of_job(self, job_id: str) -> list[Look]:
        """In no order."""
        return await self._all(select(Look).where(looks.c.job_id == job_id))

    async def waiting(self, limit: int) -> list[str]:
        """Ids of those that nobody has begun, the longest due first."""
        found = (
            select(looks.c.id)
            .where(looks.c.outcome == "", looks.c.lease_until.is_(None), looks.c.tries == 0)
            .order_by(looks.c.wake_at)
            .limit(limit)
        )
        return list((await self.session.scalars(found)).all())
