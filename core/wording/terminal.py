"""What an operator reads in a terminal: the command line's help, and what its commands answer.

Lines of `imagedesk doctor` stand in `checkup`.
"""

from core.errors import Trouble
from core.wording.refusals import told_at_once

ABOUT = "Image Desk: generate, choose, approve and publish pictures in your team's chat."

DEMO = "Everything on this machine, for one person: nothing is needed but this command."
BROWSER = "Open the page in a browser."
DEMO_READY = (
    "[green]✓[/green] Image Desk is ready: [bold]{address}[/bold]\n"
    "  Pictures by {model}. Type: /generate a lighthouse at dusk --style vintage --count 4\n"
    "  Ctrl-C stops it; everything is kept."
)
READY = "[green]✓[/green] Image Desk is ready: [bold]{address}[/bold]"
PARTS = {"bot": "listening to the chats", "worker": "working"}
SURFACES = {
    "page": "sign in from a chat with /desk",
    "slack": "listening; `imagedesk manifest slack` prints the app's manifest",
    "discord": "listening; the invitation stands in the log and in `imagedesk manifest discord`",
}

RUN = "Bot, worker and web in one process, for one small team."
BOT = "Only the chats' listeners. Needs REDIS_URL."
WORKER = "Only the worker; start as many as you like. Needs REDIS_URL."
WEB = "Only the page, media, and Slack over HTTP. Needs REDIS_URL."
IMPORT = "Take the pictures of a folder into the library. Run again, it goes on where it was."
IMPORT_FOLDER = "The folder; those below it belong to it."
IMPORT_BUSINESS = "Number of the business, where there are several."
IMPORT_PERSON = "Who brings them, by name or id; left out, the business's only person."
IMPORTING = "Taking pictures in"
IMPORTED = "✓ {new} new, {known} already in the library, {refused} refused."
MIGRATE = "Bring the database up to date (every start does it too)."
MIGRATED = "[green]✓[/green] The database is up to date."

MANIFEST = "Print what a chat must be told to let the desk in; needs no token."
MANIFEST_CHAT = "slack or discord"
DOCTOR = "Check everything that is set up, and say how to mend what is not."

ACCOUNT = "Social accounts: connect, list, disconnect."
ACCOUNT_ADD = (
    "Connect an account, or renew its token. The token is prompted for, or read from standard "
    "input; it is never an argument."
)
ACCOUNT_NETWORK = "facebook or instagram"
ACCOUNT_ID = "The network's own id of the page or account; left out, the token's own."
ACCOUNT_BUSINESS = "Number of the business, where there are several."
ACCOUNT_LIST = "All connected accounts."
ACCOUNT_REMOVE = "Disconnect an account; what it published stays."
ACCOUNT_ROW = "Id of the account as `account list` shows it; its beginning is enough."

STORAGE = "Where pictures are kept: check it, sweep it, move everything elsewhere."
STORAGE_CHECK = (
    "Store, read, link and delete a test picture, say how to mend what fails, and print the IAM "
    "policy and CORS rule to paste."
)
STORAGE_CHECK_STORE = "local, s3 or cloudinary; left out, the one in use."
STORAGE_SWEEP = "List objects that no row names and that are older than an hour."
STORAGE_SWEEP_DELETE = "Delete them, too."
STORAGE_MOVE = (
    "Copy everything from one store to another, compare it, and let the rows say so. May be cut "
    "off and repeated; it goes on where it was."
)
STORAGE_TO = "Where to: local, s3 or cloudinary, with its settings set."
STORAGE_FROM = "Where from; left out, the one in use."
STORAGE_DELETE = (
    "Delete at the old store what is safe at the new one, once STORAGE_PROVIDER says the new one."
)

ACCESS = "Tokens for programs that use the HTTP API: create, list, revoke."
ACCESS_CREATE = "Make a token. It is shown once; only its hash is kept."
ACCESS_BUSINESS = "Number of the business, where there are several."
ACCESS_PERSON = "Who it acts as, by name or id; left out, the business's only person."
ACCESS_SCOPE = "read, write or publish; may be given several times."
ACCESS_LIST = "All tokens, without the tokens themselves."
ACCESS_REVOKE = "Let a token be worth nothing from now on."
ACCESS_ROW = "Id of the token as `token list` shows it; its beginning is enough."
ACCESS_MADE = (
    "✓ A token of {name} at {business} (business_id {id}; {scopes}). It is shown only now:"
)
ACCESS_REVOKED = "✓ The token {id} is worth nothing any more."
ACCESS_COLUMNS = ("Id", "Business", "Person", "Scopes", "Created", "State")
ACCESS_NONE = "There is no token yet. Make one with: imagedesk token create"
ACCESS_STATES = {True: "revoked", False: "works"}

PROMPT = "{network} token (nothing is shown while you type or paste): "
CHECKING = "  {network} checks the token …"
FETCHING = "  {network} fetches a test picture from {address} … (nothing is posted)"
CONNECTED = "✓ {network}: {name} is connected to {business} ({id})."
RENEWED = "✓ {network}: the token of {name} at {business} is renewed ({id})."
REMOVED = "✓ {network}: {name} is disconnected. What it published stays."

TRIAL_SILENT = "it does not answer ({reason})"
TRIAL_REDIRECTED = "it answers with a redirect, which networks do not follow"
TRIAL_REFUSED = "it answers with HTTP {status}"
TRIAL_NO_JPEG = "it answers with {kind} where a JPEG should be"
TRIAL_ALTERED = "other bytes come back than were stored"

ACCOUNT_COLUMNS = ("Id", "Business", "Network", "Name", "State")
ACCOUNTS_NONE = "No account is connected yet. Add one with: imagedesk account add facebook"
WORKING = "works"

SECRETS = "Stored secrets: tokens of accounts, and keys that people brought"
SECRETS_ROTATE = (
    "Encrypt all stored secrets with the SECRET_KEY of today. Set the new one, put the old one "
    "into SECRET_KEY_OLD, restart the desk, run this, and take SECRET_KEY_OLD away."
)
ROTATED = "{count} secrets encrypted anew; all {all} that are stored were looked at."
SHUT = "✗ {name} cannot be opened: its SECRET_KEY is missing. Put it into SECRET_KEY_OLD."


def told(trouble: Trouble) -> str:
    """Why a command ended. Nobody repeats it: what a running desk would do again, a person does."""
    return told_at_once(trouble, "Run the command again later").replace("; the card follows", "")
