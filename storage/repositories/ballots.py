"""Ballots: the comparisons of models, read together from their jobs' items and marks.

Owns the two queries. It must not know what makes a winner.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.generation.comparing import Ballot
from core.review.signals import Signal
from storage import tables


async def read_ballots(session: AsyncSession, business_id: int) -> list[Ballot]:
    """As `core.storing.work.Jobs.ballots`."""
    jobs, items, marks = tables.jobs.c, tables.items.c, tables.marks.c
    compared = select(jobs.id).where(jobs.business_id == business_id, jobs.kind == "compare")
    made: dict[str, dict[int, str]] = {}
    approved: dict[str, set[int]] = {}
    chosen: dict[str, set[int]] = {}
    pictures = select(items.job_id, items.number, items.order, items.approved_by).where(
        items.job_id.in_(compared), items.state == "completed"
    )
    for job_id, number, order, approver in (await session.execute(pictures)).all():
        made.setdefault(job_id, {})[number] = order.model
        if approver:
            approved.setdefault(job_id, set()).add(number)
    choices = select(marks.job_id, marks.number).where(
        marks.job_id.in_(compared), marks.active.is_(True), marks.signal == Signal.CHOOSE.value
    )
    for job_id, number in (await session.execute(choices)).all():
        chosen.setdefault(job_id, set()).add(number)
    return [
        Ballot(models, frozenset(chosen.get(job, ())), frozenset(approved.get(job, ())))
        for job, models in made.items()
    ]
