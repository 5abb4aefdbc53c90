"""Every step at which a process may die. The crash tests run over `STEPS`; production only passes.

making       claimed → submitted (→ begun) → answered → spooled → stored → settled
showing      drawn → posted → recorded
publishing   taken → staged → sending → accepted → confirmed
removing     marked → erased → removed
taking in    claimed → fetched → stored → settled
captioning   chosen → asked → told → worded
"""

STEPS = (
    "claimed",  # the item is ours by lease; nothing was asked of the provider
    "fetched",  # a file that was brought lies here whole; nothing of it is kept
    "submitted",  # committed that the paid call begins; from here on it may be paid
    "begun",  # the handle is committed by which the provider finds the picture again
    "answered",  # the provider's answer is in memory only
    "spooled",  # the answer is kept in the blob store under the attempt's id
    "stored",  # original and preview are kept; no row names them yet
    "settled",  # image, item and ledger are committed together
    "drawn",  # a card is drawn and committed as being tried
    "posted",  # the chat took the card; we have not written down where
    "recorded",  # the card's place in the chat is committed
    "taken",  # the target is ours by lease
    "staged",  # everything invisible is prepared and checkpointed
    "sending",  # committed that the one public call begins
    "accepted",  # the network took the post; we have not written it down
    "confirmed",  # the post's id is committed
    "marked",  # the image's row is gone, its removal is ours by lease; every object is still there
    "erased",  # the objects are gone; we have not written it down
    "removed",  # the end of the removal is committed
    "chosen",  # the look at a picture is ours by lease; nothing was asked of the captioner
    "asked",  # committed that the paid look begins; from here on it may be paid
    "told",  # the captioner's words are in memory only
    "worded",  # words, cost and ledger are committed together
)


async def pass_by(step: str) -> None:
    """What production does at a step: nothing. Raises ValueError for a step not in `STEPS`."""
    if step not in STEPS:
        raise ValueError(step)
