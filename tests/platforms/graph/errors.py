"""Everything that the pretended Graph API says instead of yes, with its codes.

It owns codes, subcodes and the shape of an error answer. It must not know when one is given.

Sources: `networks.md` sections 1.4 and 1.5; Instagram Platform, "Error Codes" (2026-06-02);
Facebook's 100/1366046 as people reported it (facebookarchive/php-graph-sdk#315).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(eq=False)  # not frozen: Python writes the traceback into an exception
class GraphError(Exception):
    """One error answer.

    Attributes:
        title: what the app may show as a heading; None where Meta gives none.
        minutes: until access comes back, for the usage headers of a rate limit.
        violation: whether the caller broke the contract, and not merely a limit.
    """

    code: int
    message: str
    subcode: int | None = None
    status: int = 400
    title: str | None = None
    transient: bool = False
    minutes: int = 0
    violation: bool = False

    def body(self, trace: str) -> dict[str, object]:
        """As Meta writes it; `trace` is what its support asks for."""
        error: dict[str, object] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.transient,
            "fbtrace_id": trace,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.title is not None:
            error |= {"error_user_title": self.title, "error_user_msg": self.message}
        return {"error": error}


def broken_contract(message: str) -> GraphError:
    """An unknown or unreadable parameter, path or field."""
    return GraphError(100, f"(#100) {message}", violation=True)


def no_such_object(node: str) -> GraphError:
    """There is no such id, or this token may not see it; Meta does not say which."""
    message = (
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation"
    )
    return GraphError(100, message, 33)


def unreadable_photo() -> GraphError:
    """Facebook: larger than 4 MB, or none of its formats."""
    return GraphError(
        100,
        "Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG or "
        "PNG files.",
        1366046,
        title="Can't Read Files",
    )


def missing_photo(why: str) -> GraphError:
    """Facebook: nothing came, or nothing could be fetched."""
    return GraphError(324, f"(#324) Missing or invalid image file: {why}", 2069019)


def already_posted() -> GraphError:
    """Facebook: these photos stand in another post."""
    return GraphError(100, "These photos were already posted.", 1366051, title="Already Posted")


def same_message() -> GraphError:
    """Facebook: the page's last post says exactly this."""
    return GraphError(506, "(#506) Duplicate status message", 1455006)


def unfetchable(why: str) -> GraphError:
    """Instagram: not public, redirected, of the wrong type, or no JPEG."""
    message = f"Only photo or video can be accepted as media type. ({why})"
    return GraphError(9004, message, 2207052, title="Media download has failed")


def slow_media() -> GraphError:
    """Instagram: the picture did not arrive in time."""
    return GraphError(-2, "It takes too long to download the media.", 2207003)


def too_large() -> GraphError:
    """Instagram: more than 8 MiB."""
    message = "The image is too large to download. It should be less than 8 MiB."
    return GraphError(36000, message, 2207004, title="Image size too large")


def unsupported_picture(why: str) -> GraphError:
    """Instagram: a JPEG that it does not take."""
    return GraphError(36001, f"The image format is not supported. {why}", 2207005)


def wrong_ratio(width: int, height: int) -> GraphError:
    """Instagram: neither between 4:5 and 1.91:1."""
    message = f"The submitted image with aspect ratio {width}:{height} cannot be published."
    return GraphError(36003, message, 2207009, title="Aspect ratio")


def caption_too_long() -> GraphError:
    """Instagram: more than 2,200 characters."""
    return GraphError(36004, "The caption was too long.", 2207010, title="Caption too long")


def too_many_tags(what: str, most: int) -> GraphError:
    """Instagram: more hashtags or mentions than a caption may hold."""
    return GraphError(100, f"Cannot use more than {most} {what} per created media.", 2207040)


def bad_carousel(why: str) -> GraphError:
    """Instagram: fewer than 2 or more than 10 children, or children that are none."""
    return GraphError(100, f"Your post won't work as a carousel. {why}", 2207028)


def not_ready() -> GraphError:
    """Instagram: the container is not FINISHED."""
    return GraphError(9007, "Media ID is not available", 2207027, title="Media not ready")


def media_expired() -> GraphError:
    """Instagram: the container is ERROR or EXPIRED; only a new one helps."""
    return GraphError(-2, "The media you are trying to access has expired.", 2207020)


def media_not_found(container: str) -> GraphError:
    """Instagram: published before, or never a container that can be published."""
    return GraphError(24, f"The media with {container} cannot be found", 2207006)


def expired_token() -> GraphError:
    """190 with 463: reconnect."""
    message = "Error validating access token: Session has expired."
    return GraphError(190, message, 463)


def invalid_token() -> GraphError:
    """190 alone: never valid, or withdrawn with the password."""
    return GraphError(190, "Invalid OAuth access token - Cannot parse access token")


def no_token() -> GraphError:
    """Nobody said who asks."""
    message = "An access token is required to request this resource."
    return GraphError(104, message, violation=True)


def missing_permission() -> GraphError:
    """10: the app's user never granted it (Instagram's form)."""
    return GraphError(10, "(#10) Application does not have permission for this action")


def page_permission() -> GraphError:
    """200: the page's form of the same."""
    message = "(#200) The permission(s) pages_manage_posts are not available."
    return GraphError(200, message, status=403)


def app_limit(minutes: int = 5) -> GraphError:
    """4: the app called too often; the usage headers say for how long."""
    return GraphError(4, "(#4) Application request limit reached", transient=True, minutes=minutes)


def page_limit(minutes: int = 5) -> GraphError:
    """32: the page was called too often."""
    return GraphError(32, "(#32) Page request limit reached", transient=True, minutes=minutes)


def temporary() -> GraphError:
    """2 with HTTP 500: after a write it is open whether the write happened."""
    message = "An unexpected error has occurred. Please retry your request later."
    return GraphError(2, message, status=500, transient=True)


def unknown_error() -> GraphError:
    """1 with HTTP 500."""
    return GraphError(1, "An unknown error occurred", status=500)


def blocked() -> GraphError:
    """368: judged abusive; no retry helps."""
    return GraphError(368, "The action attempted has been deemed abusive")


def suspected_spam() -> GraphError:
    """Instagram's 4/2207051: it looks like 4, and no waiting helps."""
    return GraphError(4, "We restrict certain activity to protect our community.", 2207051)


def restricted_account() -> GraphError:
    """Instagram's 25/2207050: the account must be put right in the app."""
    return GraphError(25, "The Instagram account is restricted.", 2207050)


def daily_quota() -> GraphError:
    """Instagram's 9/2207042: tomorrow again."""
    message = "You reached maximum number of posts that is allowed to be published."
    return GraphError(9, message, 2207042)


REFUSALS: Final[Mapping[str, Callable[..., GraphError]]] = {
    refusal.__name__: refusal
    for refusal in (
        expired_token,
        invalid_token,
        missing_permission,
        page_permission,
        app_limit,
        page_limit,
        temporary,
        unknown_error,
        blocked,
        suspected_spam,
        restricted_account,
        daily_quota,
        unfetchable,
        slow_media,
        not_ready,
        media_expired,
        same_message,
        already_posted,
    )
}
