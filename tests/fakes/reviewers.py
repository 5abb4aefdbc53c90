"""Reviewers of a desk where nobody judges or describes: no key is there."""

from core.ports import Describer, Moderator
from core.storing import UnitOfWork


class Nobody:
    """See `core.ports.Reviewers`."""

    async def moderator(self, uow: UnitOfWork, business_id: int) -> Moderator | None:  # noqa: ARG002  # the port's signature
        """Nobody."""
        return None

    async def describer(self, uow: UnitOfWork, business_id: int) -> Describer | None:  # noqa: ARG002  # the port's signature
        """Nobody."""
        return None
