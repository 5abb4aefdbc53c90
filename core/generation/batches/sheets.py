"""Contact sheets of a batch: ten pictures each, which come with their first picture.

Owns which message shows which pictures. It must not know how a sheet is drawn.
"""

from core.generation.batches.numbering import part_of
from core.generation.jobs import Item, Job
from core.messages import Message, add_card
from core.storing import UnitOfWork


async def show_sheet(uow: UnitOfWork, job: Job, item: Item) -> None:
    """Have the item's sheet drawn (again), in the batch's thread."""
    await uow.jobs.lock(job.id)  # or two pictures at once would both begin the sheet
    part = part_of(item.number)
    sheets = await uow.messages.of_subject("sheet", job.id)
    sheet = next((one for one in sheets if one.part == part), None)
    if sheet is None:
        member = await uow.members.get(job.owner_id)
        sheet = Message(
            job.business_id,
            "sheet",
            job.id,
            job.place,
            member.user if member else "",
            uow.now,
            root_id=job.root_id,
            part=part,
        )
        add_card(uow, sheet)
    else:
        sheet.wanted += 1
        sheet.wake_at = uow.soon
        uow.enqueue("show", sheet.id)
