"""What the desk's own page says: labels, hints, empty states, refusals, and public pages.

Words that the browser's scripts speak by themselves are in `SPOKEN`.
"""

from core.library.passport import Making
from core.wording.money import bill

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
SKIP_TO_MAIN = "Skip to the main part"
DEMO_NOTE = "Demo on this machine"

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
ENTER = "Enter sends, Shift + Enter starts a new line"
COMMANDS = "Commands and options"

ONLY_YOU = "Only you can see this"
REACT = "React"
REACTED = "{names} reacted with {emoji}"
PROGRESS = "{done} of {total}"
VIEW = "View picture {number}"
DOWNLOAD = "Download {name}"
EARLIER = "Earlier"
LINES_OF = "Conversation in {name}"
REPLIES = "Replies"
UPLOADED = "Pictures brought by {name}"

OPTIONAL = "optional"

SPOKEN = {
    "lost": "Connection lost. Trying again…",
    "back": "Connected again.",
    "failed": "That did not reach the desk. Check the connection and try again.",
    "sending": "Sending…",
    "remove": "Remove {name}",
    "tooBig": "More than 10 MB",
    "tooMany": "At most {most} files go at once. Bring the other {more} afterwards.",
    "discard": "Discard what you have filled in?",
    "noPicture": "Not a picture",
    "noList": "Not a list",
    "now": "just now",
    "signedOut": "You are signed out. Reload the page to sign in again.",
    "ready": "Your pictures are ready",
    "open": "Open",
    "previous": "Previous picture",
    "next": "Next picture",
    "close": "Close",
    "original": "Open in a tab",
    "of": "{number} of {total}",
    "chosen": "{count} selected",
    "oneChosen": "1 selected",
    "adding": "Your pictures are being added.",
    "verdicts": "See the conversation",
    "star": "Favourite",
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
AGAIN = "Try again later"
EXPIRED_MEDIA = "This link has expired or was changed. Ask the desk for a new one."
OLD_PAGE = "This page is too old or you are signed out. Reload it, then try again."
HOME = "Back to the desk"

PICTURE_BY_AI = "Picture made with AI"
PICTURE_SKETCH = "Sketch by Image Desk"
FEED = "Feed"
FEED_TITLE = "{business} · Image Desk"
PUBLISHED_BY = "Published by {business}"
TAGS = "Tags"


# ── the library ──────────────────────────────────────────────────────────────────────────────────

LIBRARY = "Library"
SPEND = "Spend"
KEYS = "Keys"
BATCHES = "Batches"
TO_LIBRARY = "All pictures"
SEARCH = "Search titles, tags, prompts, names"
SEARCH_SUBMIT = "Search"
NARROW = "More filters"
SHOW = "Show"
SKIP_TO_PICTURES = "Skip to the pictures"
ADD_PICTURES = "Add pictures"
FILTERS = {
    "all": "All",
    "uploaded": "Uploaded",
    "ai_generated": "Generated",
    "favourites": "Favourites",
    "approved": "Approved",
    "published": "Published",
    "unused": "Unused",
}
SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "most_used": "Most used first",
    "name": "By name",
}
SORT = "Order"
FILTER = "Show"
TAG = "Tag"
ANY_TAG = "Any tag"
PERSON = "By whom"
ANY_PERSON = "Anybody"
PROVIDER = "Made by"
ANY_PROVIDER = "Any provider"
FROM = "From"
TO = "To"
CLEAR_SEARCH = "Show everything"
SOMEBODY = "somebody who has left"

ORIGIN_UPLOADED = "Uploaded"
ORIGIN_AI = "AI generated"
ORIGIN_SKETCH = "Sketch"
APPROVED = "Approved"
STAR = "Favourite"
SELECT = "Select {name}"
MORE = "Show more"
NOTHING_FOUND = "Nothing answers this"
NOTHING_FOUND_TEXT = "Try fewer words, another spelling, or another filter."
NOTHING_YET = "The library is empty"
NOTHING_YET_TEXT = (
    "Drop pictures here, or add them with the button. What /generate draws comes here by itself."
)
GRID_KEYS = "Arrows move · Enter opens · Space selects · F favourite · / searches"

CHOSEN_PICTURES = "What to do with the chosen pictures"
USE = "Use in a post"
TAG_THEM = "Tag…"
SAVE_THEM = "Download"
DELETE_THEM = "Delete…"
CLEAR = "Clear"

TAGS_TITLE = "Tag pictures"
TAGS_LABEL = "Tags"
TAGS_HINT = "Between commas"
TAGS_ADD = "Add tags"
TAGS_REMOVE = "Remove tags"
TAGS_NONE = "Write at least one tag."
DELETE = "Delete"
DELETE_NOTE = (
    "This cannot be undone. Deleting takes a picture from the desk's own pages and from what is "
    "scheduled; posts on networks stay."
)
USED_BY = "Used by"
NOT_USED = "No post uses it."
SAVED = "Saved."
TOO_MANY_IMAGES = "At most {most} pictures at once. Nothing was done."
ZIP_GONE_NAME = "not-included.txt"
ZIP_GONE = "The files of these pictures were gone while this archive was made:\n\n"

ORIGINAL = "Download original"
TITLE = "Title"
DESCRIPTION = "Description"
ALT = "Alt text"
ALT_HINT = "What the picture shows, for those who cannot see it"
SAVE = "Save"
PLAIN_WORDS = (
    "Plain words: taken from the prompt or file name. Nobody has looked at the picture yet."
)
PASSPORT = "Passport"
PROMPT = "Prompt"
REVISED = "As the model read it"
MODEL = "Model"
PARAMETERS = "Parameters"
SEED = "seed {seed}"
COST = "Cost"
FREE = "free"
BROUGHT_BY = "Brought by"
ASKED_BY = "Asked for by"
FILE_NAME = "File"
FILE_FACTS = "Format"
CHOSEN_BY = "Chosen by"
APPROVED_BY = "Approved by"
FAVOURITE_OF = "Favourite of"
NUMBER = "Number"
MADE_FROM = "Made from"
MADE_FROM_GONE = "no. {number}, which is deleted"
CHILDREN = "Made from it"
ALIKE = "Looks alike"
WHERE_USED = "Where it is used"
NOT_USED_YET = "Not in any post yet."
OPEN_THREAD = "Its thread"

UPLOAD_PICK = "Choose pictures"
UPLOAD_PICK_FILE = "Choose a file"
UPLOAD_DROP = "or drop them here"


def pictures(total: int, *, exact: bool) -> str:
    """How many pictures answer."""
    if not exact:
        return f"more than {total:,} pictures"
    return "1 picture" if total == 1 else f"{total:,} pictures"


def cost(making: Making) -> str:
    """What making a picture cost."""
    return FREE if making.priced and not making.cost else bill(making.cost, not making.priced)


def used(times: int) -> str:
    """How often posts used a picture."""
    if not times:
        return "not used yet"
    return "used once" if times == 1 else f"used {times} times"


def delete_title(amount: int) -> str:
    """The question before pictures go."""
    return "Delete this picture?" if amount == 1 else f"Delete {amount} pictures?"


def deleted(amount: int) -> str:
    """What a deletion did."""
    if not amount:
        return "Nothing was deleted."
    return "1 picture deleted." if amount == 1 else f"{amount} pictures deleted."


def tagged(amount: int) -> str:
    """What tagging did."""
    return "1 picture tagged." if amount == 1 else f"{amount} pictures tagged."


def replies(amount: int) -> str:
    """How many replies a thread has."""
    return "1 reply" if amount == 1 else f"{amount} replies"
