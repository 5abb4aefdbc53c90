"""The card that asks about a request found after an outage, or given too early."""

from core.chat import Button, Card
from core.messages import Message
from core.storing import UnitOfWork
from core.wording import orders as words


async def draw_question(uow: UnitOfWork, message: Message) -> Card | None:
    """“Is it still wanted?”, until it is answered or taken back."""
    request = await uow.requests.get(message.subject_id)
    member = await uow.members.get(request.member_id) if request else None
    if request is None or member is None:
        return None
    title = words.question(member.name, words.ASKED_FOR[request.signal])
    if request.state != "asked":
        return Card(message.id, title, (words.ANSWERED,))
    controls = (Button("yes", words.YES, style="primary"), Button("no", words.NO))
    return Card(message.id, title, controls=controls, mention=member.user)
