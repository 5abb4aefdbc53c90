"""What the desk's own page says: labels, hints, empty states, refusals, and public pages.

Words that the browser's scripts speak by themselves are in `SPOKEN`.
"""

DESK = "Image Desk"
CHANNEL = "general"
CHANNELS = "Channels"
THREADS = "Threads"
NO_THREADS = "Every order opens a thread."
THREAD = "Thread"
NEW_POST = "New post"
CLOSE = "Close"
CANCEL = "Cancel"
MENU = "Channels and threads"
SIGN_OUT = "Sign out"
SKIP = "Skip to the conversation"
DEMO_NOTE = "Demo on this machine"
ADMIN = "Admin"

EMPTY_TITLE = "What shall be drawn?"
EMPTY_TEXT = "Type a command below, and the pictures come back in a thread. For example:"
EXAMPLES = (
    "/generate a lighthouse at dusk --style vintage --count 4",
    "/generate a red fox in fresh snow --count 2",
    "/post We open on Monday!",
)
EMPTY_MORE = "/help lists everything. Drop pictures anywhere to bring your own."

COMPOSER = "Message, or / for commands"
COMPOSER_THREAD = "Reply, or / for commands"
SEND = "Send"
ATTACH = "Attach pictures"
DROP = "Drop pictures to attach them"
KEYS = "Enter sends, Shift + Enter starts a new line"
COMMANDS = "Commands and options"

ONLY_YOU = "Only you can see this"
REACT = "React"
REACTED = "{names} reacted with {emoji}"
PROGRESS = "{done} of {total}"
VIEW = "View picture {number}"
DOWNLOAD = "Download {name}"
NO_REPLIES = "No replies yet."
LINES_OF = "Conversation in {name}"
REPLIES = "Replies"
UPLOADED = "Pictures brought by {name}"

OPTIONAL = "optional"
CHOOSE = "Choose…"

SPOKEN = {
    "lost": "Connection lost. Trying again…",
    "back": "Connected again.",
    "failed": "That did not reach the desk. Check the connection and try again.",
    "sending": "Sending…",
    "remove": "Remove {name}",
    "tooBig": "More than 10 MB",
    "tooMany": "At most {most} files at once",
    "noPicture": "Not a picture",
    "now": "just now",
    "signedOut": "You are signed out. Reload the page to sign in again.",
    "ready": "Your pictures are ready",
    "open": "Open",
    "previous": "Previous picture",
    "next": "Next picture",
    "close": "Close",
    "original": "Open in a tab",
    "of": "{number} of {total}",
}

TOO_MANY_FILES = "At most {most} files come at once. Nothing was sent."
TOO_LONG = "A message has at most {most} characters. Nothing was sent."

SIGN_IN = "Sign in"
SIGN_IN_TITLE = "Sign in to Image Desk"
SIGN_IN_AS = "You will be {name} in {business}, on this browser, for 30 days."
SIGN_IN_NEEDED = "You are not signed in"
SIGN_IN_HOW = (
    "Type /desk in Slack or Discord. The desk answers with a link that only you see; open it in "
    "this browser within 10 minutes."
)
LINK_DEAD = "This link does not work any more"
LINK_DEAD_HOW = (
    "It was used already, or is older than 10 minutes. Type /desk in the chat for a new one."
)

ERRORS: dict[int, tuple[str, str]] = {
    400: ("That did not work", "The request cannot be understood. Nothing was done."),
    401: (SIGN_IN_NEEDED, SIGN_IN_HOW),
    403: ("Not allowed", "This is not for you, or the link has expired. Nothing was done."),
    404: ("Not found", "There is nothing at this address, or it was taken down."),
    405: ("That did not work", "This address does not do that. Nothing was done."),
    413: ("Too large", "That is more than the desk takes. Nothing was stored."),
    500: ("Something went wrong", "The mistake is ours and is written down. Please try again."),
    503: ("Not now", "The desk cannot be reached for a moment. Please try again."),
}
EXPIRED_MEDIA = "This link has expired or was changed. Ask the desk for a new one."
WRONG_HOST = (
    "This desk is reached at {address}. If you came by another name on purpose, set PUBLIC_URL."
)
CROSS_SITE = "This came from another site. Nothing was done."
OLD_PAGE = "This page is too old or you are signed out. Reload it, then try again."
HOME = "Back to the desk"

PICTURE_BY_AI = "Picture made with AI"
PICTURE_SKETCH = "Sketch by Image Desk"
FEED = "Feed"
FEED_TITLE = "{business} · Image Desk"
PUBLISHED_BY = "Published by {business}"
TAGS = "Tags"


def replies(amount: int) -> str:
    """How many replies a thread has."""
    return "1 reply" if amount == 1 else f"{amount} replies"
