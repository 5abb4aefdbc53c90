"""People's places in the library."""

from datetime import datetime

from sqlalchemy import delete

from core.library.browsing import Browsing
from storage.browsings import browsings
from storage.repositories.rows import SqlRows


class Browsings(SqlRows[Browsing, str]):
    """Rows behind panels."""

    entity = Browsing

    async def forget(self, member_id: str, before: datetime) -> None:
        """Drop what this member began earlier."""
        columns = browsings.c
        await self.session.execute(
            delete(browsings).where(columns.member_id == member_id, columns.created_at < before)
        )
