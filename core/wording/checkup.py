"""The lines of `imagedesk doctor`: what was found, and how to mend it.

Constants only, by room: what works stands first, then what does not, each with its `_FIX`.
"""

SETTINGS = "Settings: {names}"
SETTINGS_NONE = "Settings: nothing is set, all defaults"

FOLDER = "Data folder: {path}, {free:.0f} GB free"
FOLDER_FULL = "Data folder: {path} has only {free:.1f} GB left"
FOLDER_FULL_FIX = "Make room, or keep pictures in a bucket (STORAGE_PROVIDER=s3)."
KEY = "Secret key: {where}"
KEY_SETTING = "from SECRET_KEY"
KEY_FILE = "in {path}; back it up, without it no stored token can be opened"
KEY_SHORT = (
    "Secret key: SECRET_KEY has only {length} characters; who guesses it can sign in as anybody"
)
KEY_SHORT_FIX = (
    "Make one with `openssl rand -base64 32`, put this one into SECRET_KEY_OLD, restart, and run: "
    "imagedesk secrets rotate."
)
KEY_ALONE = "Secret key: every machine would make its own"
KEY_ALONE_FIX = "Set the same SECRET_KEY wherever this desk runs."

DATABASE = "Database: {kind}, revision {revision}"
DATABASE_NEW = "Database: {kind}, still empty; the first start fills it"
DATABASE_OLD = "Database: {kind}, revision {revision} of {newest}"
DATABASE_OLD_FIX = "Run: imagedesk migrate (every start does it, too)."
DATABASE_LOST = "Database: {kind} cannot be reached ({reason})"
DATABASE_LOST_FIX = "Check DATABASE_URL: host, name, user and password."
DATABASE_FILE_FIX = "Give access to that file, or put it back from the backup."

QUEUE = "Queue: {address} answers"
QUEUE_LOST = "Queue: {address} does not answer ({reason})"
QUEUE_LOST_FIX = "Start Redis or Valkey there, or change REDIS_URL."
QUEUE_EMBEDDED = "Queue: embedded, starts (for `demo` and `run`; other commands need REDIS_URL)"
QUEUE_IN_USE = "Queue: embedded, in use by a running desk"
QUEUE_TROUBLE = "Queue: {reason}"
QUEUE_TROUBLE_FIX = "Set REDIS_URL to a Redis or Valkey server."

STORE = "Pictures: {name}, stored, read and deleted a test picture"
STORE_TROUBLE = "Pictures: {name} {what} ({reason})"
STORE_SAYS = {
    "storage_unavailable": "does not answer",
    "storage_forbidden": "refuses access",
    "disk_full": "is full",
}
STORE_FAILS = "does not work"
STORE_FIX = (
    "Is the folder or bucket there, and may the desk write, read and delete in it? Step by step: "
    "imagedesk storage check."
)
BUCKET_LINK = "Picture links: {address} serves them"
BUCKET_LINK_TROUBLE = "Picture links: {address} does not serve them: {problem}"
BUCKET_LINK_FIX = (
    "People and networks fetch pictures there. Check S3_PUBLIC_URL, AWS_S3_REGION and the bucket's "
    "policy (s3:GetObject); step by step: imagedesk storage check."
)

ADDRESS_LOCAL = "Address: {address}, reachable from this machine only"
ADDRESS_LOCAL_FIX = (
    "Set PUBLIC_URL to an https address that reaches this desk: links in chats, {wanted} need it."
)
ADDRESS_PLAIN = "Address: {address} is not https"
ADDRESS_PLAIN_FIX = "Put a reverse proxy with a certificate before the desk."
ADDRESS_PRIVATE = "Address: {address} is only known in this network"
ADDRESS_PRIVATE_FIX = "Networks and Slack reach only public addresses; set PUBLIC_URL to one."
ADDRESS_ODD = "Address: {address} is no address"
ADDRESS_ODD_FIX = "PUBLIC_URL reads like https://desk.example.org, without path, query or spaces."
ADDRESS = "Address: {address} answers"
ADDRESS_SILENT = "Address: {address} does not answer as the desk ({reason})"
ADDRESS_SILENT_FIX = "Is the desk running, and does the reverse proxy or tunnel lead to it?"
WANTED_BY_SLACK = "Slack over HTTP"
WANTED_BY_NOBODY = "networks that fetch pictures"

SLACK_UNSET = "Slack: not set up"
SLACK_UNSET_FIX = "See the README, or: imagedesk manifest slack"
SLACK = "Slack: {user} in {team} ({id})"
SLACK_REFUSED = "Slack: {which} is refused ({reason})"
SLACK_REFUSED_FIX = "Copy it again from api.slack.com/apps, and install the app to the workspace."
SLACK_SILENT = "Slack: {address} does not answer ({reason})"
SLACK_SILENT_FIX = "Check the line to the internet, and SLACK_API_URL if it is set."
SLACK_SCOPES = "Slack: scopes are missing: {scopes}"
SLACK_SCOPES_FIX = "Put the output of `imagedesk manifest slack` into the app; install it anew."
SLACK_SOCKET = "Slack: Socket Mode works"
SLACK_HTTP = "Slack: signed HTTP at {address}"
SLACK_DEAF = "Slack: neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set"
SLACK_DEAF_FIX = "Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET (signed HTTP)."
TEAM_SHUT = "Slack: {team} ({id}) is not in ALLOWED_TEAMS"
TEAM_SHUT_FIX = "Add {id} to ALLOWED_TEAMS."

DISCORD_UNSET = "Discord: not set up"
DISCORD_UNSET_FIX = "See the README, or: imagedesk manifest discord"
DISCORD = "Discord: the token works. Invite the bot with {link}"
DISCORD_TROUBLE = "Discord: {reason}"
DISCORD_FIX = "Copy the token again from discord.com/developers (Bot), and set DISCORD_TOKEN."
DISCORD_SILENT_FIX = "Check the line to the internet, and DISCORD_API_URL if it is set."

OPENAI_UNSET = "OpenAI: the desk has no key of its own"
OPENAI_UNSET_FIX = "Set OPENAI_API_KEY (platform.openai.com/api-keys)."
OPENAI = "OpenAI: the key works; offered here: {models}"
OPENAI_REFUSED = "OpenAI: the key is refused (HTTP {status})"
OPENAI_REFUSED_FIX = "Make another at platform.openai.com/api-keys, and set OPENAI_API_KEY."
OPENAI_SILENT = "OpenAI: {address} does not list its models ({reason})"
OPENAI_SILENT_FIX = "Check the line to the internet, and OPENAI_BASE_URL if it is set."
MODEL_UNLISTED = "OpenAI: the key does not list {models}"
MODEL_UNLISTED_FIX = (
    "They may work all the same, or need a verified organization "
    "(platform.openai.com/settings/organization/general)."
)
MODEL_ENDS = "OpenAI: {model} is shut down on {day}"
MODEL_ENDS_FIX = "Order with another model from then on; a newer Image Desk may know more."
WORDS = "Words: titles, tags and alt texts by {model}, {price} a picture"
WORDS_UNLISTED = "Words: the key does not list {model}, which finds titles, tags and alt texts"
WORDS_FIX = (
    "Where it does not answer, the plain words stand: edit them by hand. Allow the key that model, "
    "or take a newer Image Desk."
)
MODERATION = "Moderation: on, for prompts and pictures"
MODERATION_OFF = "Moderation: off; cards say “not moderated”"
MODERATION_OFF_FIX = "Set OPENAI_API_KEY: moderation is free."
MODERATION_BROUGHT = "Moderation: on, by the OpenAI key that each business brought"
MODERATION_PARTLY = (
    "Moderation: on by an OpenAI key of their own for {keys} of {businesses} businesses; off for "
    "the others, whose cards say “not moderated”"
)
MODERATION_WAITS = (
    "Moderation: {refused} of {keys} OpenAI keys that businesses brought do not work, so what they "
    "order waits"
)
MODERATION_WAITS_FIX = "An admin of that business revokes it with /keys, and brings another."

PROVIDER = "{title}: {what}"
PROVIDER_REFUSED = "{title}: the key is refused (HTTP {status})"
PROVIDER_REFUSED_FIX = "Make another at {page}, and set {setting}."
PROVIDER_SILENT = "{title}: {address} does not answer as it should ({reason})"
PROVIDER_SILENT_FIX = "Check the line to it, and {setting}."
REPLICATE_WORKS = "the token works, for {name}"
STABILITY_WORKS = "the key works; {credits} credits are left"
STABILITY_EMPTY = "Stability AI: no credits are left"
STABILITY_EMPTY_FIX = "Buy some at platform.stability.ai/account/credits."
DIFFUSION_WORKS = "{address} answers; it has {models}"
DIFFUSION_NONE = "Stable Diffusion: {address} has no model"
DIFFUSION_NONE_FIX = "Load a model there."
DIFFUSION_FIX = "Start it with its API on (--api), and check SD_API_URL, with its password if any."
COMPATIBLE_WORKS = "{address} answers; it has {models}"
COMPATIBLE_UNKNOWN = "The image server: {address} does not list {model}; it has {models}"
COMPATIBLE_UNKNOWN_FIX = "Set COMPATIBLE_MODEL to one of them."

ACCOUNTS = "Accounts: {count} connected, all work"
ACCOUNTS_NONE = "Accounts: none connected but the desk's own site"
ACCOUNTS_NONE_FIX = "imagedesk account add facebook, or: instagram"
ACCOUNT_TROUBLE = "Account {name} ({network}): {reason}"
ACCOUNT_TROUBLE_FIX = "imagedesk account add {network} --id {external_id} --business {business}"
KEYS_WORK = "Keys: {count} that people brought, all can be opened"
KEYS_SHUT = "Keys: {shut} of {count} that people brought cannot be opened"
KEYS_SHUT_FIX = (
    "Put the SECRET_KEY of before into SECRET_KEY_OLD, or have them brought again: /keys"
)

ALL_WELL = "Everything that is set up works."
SOME_WARNINGS = "It works; look at what is marked with !."
SOME_BROKEN = "What is marked with ✗ does not work."
