"""Facebook pages: photos are uploaded unseen, then one feed post shows them.

Owns a page's limits and the calls that make a post of it. A single photo goes the same way as ten:
the shorter call that uploads and publishes at once would make the unrepeatable step the longest.

Sources: Graph API reference "Page Photos", "Page Feed", "Page Published Posts"; limits checked
2026-11 (Meta documents 10 MB for a photo, and error 1366046 says 4 MB; alt texts have no
documented limit, so Instagram's is taken).
"""

import json
from typing import Any, Final

from core.errors import ActionNeeded, UserError
from core.ports import (
    Absent,
    Credential,
    Keep,
    NetworkRules,
    OutgoingPost,
    Published,
    Ticket,
    Unsure,
)
from core.publishing.networks.meta import Graph

_RECENT: Final = "25"  # posts looked through; the feed is ranked and bounded anyway


class Facebook:
    """Posts to pages. The account is the page's id and a page token.

    Ticket: `photos`, the ids of unpublished photos in order; for a post of text only, which leaves
    no other trace, `seen`: the ids of posts that said the same before ours.
    """

    name = "facebook"
    title = "Facebook"
    rules = NetworkRules(
        min_images=0, max_images=10, max_caption=63_206, max_alt=1_000, max_bytes=4_000_000
    )

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def probe(self, account: Credential) -> Credential:
        """Read the page by its id, or without one the page whose token it is.

        A token of a person who runs the page is exchanged for the page's own: keep the `secret`
        that is returned. Raises as the port says.
        """
        try:
            # People have no `access_token`, so a person's token without a page is refused here.
            page = await self._graph.read(
                account, account.external_id or "me", fields="id,name,access_token"
            )
        except (ActionNeeded, UserError) as error:
            if error.code in {"account_expired", "network_refused"}:
                raise UserError("account_token_rejected", **error.facts) from error
            if error.code == "account_not_found":
                raise UserError(error.code, **error.facts) from error
            raise
        secret = str(page.get("access_token") or account.secret)
        return Credential(str(page["id"]), str(page["name"]), secret)

    async def stage(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        """Upload the photos that the ticket does not name yet, unpublished."""
        if not post.images:
            return await self._note_equals(post, ticket, keep)
        photos = _texts(ticket, "photos")
        for image in post.images[len(photos) :]:
            fields = {"published": "false"}
            if image.alt:
                fields["alt_text_custom"] = image.alt
            path = f"{post.account.external_id}/photos"
            photos.append(await self._graph.write(post.account, path, fields, await image.read()))
            ticket = {**ticket, "photos": list(photos)}
            await keep(ticket)
        return ticket

    async def send(self, post: OutgoingPost, ticket: Ticket) -> Published:
        """One feed post with everything that was staged."""
        fields = {"message": post.caption} if post.caption else {}
        for number, photo in enumerate(_texts(ticket, "photos")):
            fields[f"attached_media[{number}]"] = json.dumps({"media_fbid": photo})
        id_ = await self._graph.commit(post.account, f"{post.account.external_id}/feed", fields)
        return Published(id=id_, url="")

    async def find(self, post: OutgoingPost, ticket: Ticket) -> Published | Absent | Unsure:
        """Look for our photos, or our words, among the page's posts. Their absence proves nothing:
        the list is ranked, bounded and late.
        """
        photos = set(_texts(ticket, "photos"))
        try:
            recent = await self._recent(post.account)
        except UserError:
            return Unsure()
        for row in recent:
            ours = (
                bool(photos & _photos_of(row))
                if photos
                else row.get("message") == post.caption and row["id"] not in _texts(ticket, "seen")
            )
            if ours:
                return Published(id=str(row["id"]), url=str(row.get("permalink_url", "")))
        return Unsure()

    async def permalink(self, account: Credential, published: Published) -> str:
        """The post's address; by its id where the token may not read it. Raises TryLater."""
        try:
            row = await self._graph.read(account, published.id, fields="permalink_url")
        except (ActionNeeded, UserError):
            return f"https://www.facebook.com/{published.id}"
        return str(row.get("permalink_url") or f"https://www.facebook.com/{published.id}")

    async def _note_equals(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        if "seen" not in ticket:
            recent = await self._recent(post.account)
            seen = [str(row["id"]) for row in recent if row.get("message") == post.caption]
            ticket = {**ticket, "seen": seen}
            await keep(ticket)
        return ticket

    async def _recent(self, account: Credential) -> list[dict[str, Any]]:
        answer = await self._graph.read(
            account,
            f"{account.external_id}/published_posts",
            fields="id,message,permalink_url,attachments{target{id},subattachments{target{id}}}",
            limit=_RECENT,
        )
        return list(answer.get("data", []))


def _texts(ticket: Ticket, key: str) -> list[str]:
    value = ticket.get(key)
    return list(value) if isinstance(value, list) else []


def _photos_of(row: dict[str, Any]) -> set[str]:
    """The photos a post shows: several stand one level deeper than a single one."""
    outer = row.get("attachments", {}).get("data", [])
    inner = [
        picture
        for attachment in outer
        for picture in attachment.get("subattachments", {}).get("data", [])
    ]
    return {str(shown.get("target", {}).get("id")) for shown in (*outer, *inner)}
