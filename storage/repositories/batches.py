"""Batches: lists of prompts until their jobs have items."""

from sqlalchemy import ColumnElement

from core.generation.batches.batch import Batch
from storage.batches import batches
from storage.repositories.rows import Leased


class Batches(Leased[Batch]):
    """Batches, by their job's id."""

    entity = Batch
    table = batches

    def claimable(self) -> ColumnElement[bool]:
        """Those whose list is to be read, those that are to start, and those of drafts."""
        return batches.c.state.in_(("reading", "starting", "creating"))
