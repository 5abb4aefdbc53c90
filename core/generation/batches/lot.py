"""The lot: a batch as a table that a spreadsheet opens.

Owns its columns. It must not know where it is sent.
"""

import csv
import io
from typing import Final

from core.business.ledger import Entry, cost_of
from core.generation.jobs import Item, unpriced
from core.review.reviewing import read_review
from core.storing import UnitOfWork, Units
from core.wording.errors import sentence

COLUMNS: Final = (
    *("number", "row", "prompt", "model", "quality", "size", "style", "reference"),
    *("state", "reason", "cost_usd", "kept", "image", "file", "post"),
)
MILLION: Final = 1_000_000


async def write_lot(units: Units, job_id: str) -> bytes:
    """CSV in UTF-8 with a byte order mark, which spreadsheets want: a line per picture, with what
    was booked for it (nothing where its price is not known), the library's number of its image and
    the address of its post. May be repeated.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    async with units.read() as uow:
        review = await read_review(uow, job_id)
        kept = {item.number for item in review.selected}
        booked: dict[str, list[Entry]] = {}
        for entry in await uow.ledger.of_job(job_id):
            booked.setdefault(entry.item_id, []).append(entry)
        addresses = await _addresses(uow, job_id)
        for item in review.items:
            order = item.order
            image = await uow.images.get(item.image_id) if item.image_id else None
            asked = (order.model, order.quality, order.size, order.style) if order else ("",) * 4
            made_from = ", ".join(map(str, order.references)) if order else ""
            writer.writerow(
                [
                    item.number,
                    item.row,
                    _plain(item.prompt),
                    *asked,
                    made_from,
                    item.state,
                    _plain(sentence(item.trouble)) if item.trouble else "",
                    _cost(item, booked.get(item.id, [])),
                    "yes" if item.number in kept else "no",
                    item.image_id or "",
                    image.filename if image else "",
                    addresses.get(item.image_id, ""),
                ]
            )
    return text.getvalue().encode("utf-8-sig")


def _cost(item: Item, booked: list[Entry]) -> str:
    cost = cost_of(booked)
    known = cost or not booked or not unpriced([item])
    return f"{cost / MILLION:.6f}" if known else ""


async def _addresses(uow: UnitOfWork, job_id: str) -> dict[int | None, str]:
    """Where the post of each image stands, by the image's id."""
    posts = await uow.posts.of_job(job_id)
    targets = await uow.targets.of_posts([post.id for post in posts])
    urls = {target.post_id: target.url for target in targets if target.url}
    return {image.image_id: urls.get(post.id, "") for post in posts for image in post.images}


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
