"""What is said of the keys that people and businesses bring."""

from core.business.keys import ProviderKey
from core.wording.money import money

COMMAND = "Pay for pictures by a key of your own; also the business's, for admins"

TITLE = "Keys"
HOW = "A key's spend is told apart. A person's own key goes before the business's."
ADD = "Add a key"
REVOKE = "Revoke a key"
REVOKE_TITLE = "Revoke {key}?"
REVOKE_TEXT = (
    "It is forgotten here and pays for nothing from now on: orders that wait for it are not made, "
    "and batches pause. Nothing more is paid."
)
REVOKE_IT = "Revoke it"
KEEP = "Keep it"

ADD_TITLE = "Add a key"
ADD_SUBMIT = "Add"
PROVIDER = "Provider"
PROVIDERS = {"openai": "OpenAI", "replicate": "Replicate", "stability": "Stability AI"}
KEY = "Key"
KEY_HINT = "Stored encrypted, shown to nobody again. Trying it costs nothing."
WHOSE = "Whose"
WHOSE_OPTIONS = {"mine": "Mine: pays for what I order", "business": "The business's (admins)"}
WHOSE_HINT = (
    "The business's OpenAI key also moderates, and finds words for pictures, where the desk has "
    "none."
)
NAME = "Name"
NAME_HINT = "So that you know it again; may stay empty."

NOTHING_HERE = "No key was brought yet; the desk pays."
TYPED = (
    "What was typed behind /keys was not read or stored, but others may have seen it: make a new "
    "key at the provider, and add that one here."
)
TRYING = (
    "The key {key} is stored and being tried, which costs nothing. You are told what comes of it."
)
REVOKED = "The key {key} is revoked and forgotten here. Revoke it at the provider as well."
WORKS = "{provider} takes the key {key}. It pays from now on{whose}."
REFUSED = (
    "{provider} does not take the key {key}. Nothing was paid. Revoke it with /keys and bring "
    "another."
)
SILENT = (
    "{provider} could not be asked about the key {key} now. It is tried when it is first needed."
)
UNREADABLE = (
    "The key {key} cannot be opened here. Was SECRET_KEY changed? Bring it again with /keys."
)

STATES = {
    "": "works",
    "key_refused": "refused: bring another",
    "key_unreadable": "cannot be opened",
}
UNTRIED = "not tried yet"


def called(key: ProviderKey) -> str:
    """A key as people know it."""
    return f"“{key.name}” (…{key.last})"


def option(key: ProviderKey) -> str:
    """A key in a menu, at most 75 characters."""
    return f"{PROVIDERS[key.provider]} {called(key)}"[:75]


def more(number: int) -> str:
    """Instead of the keys for which there is no room."""
    return f"And {number} more: all that you can revoke stand in the menu."


def row(key: ProviderKey, paid: int) -> str:
    """A key in the list of them, with what it has paid so far in micro-USD."""
    whose = "yours" if key.owner_id else "the business's"
    state = STATES[key.trouble] if key.trouble or key.tried_at else UNTRIED
    return f"{PROVIDERS[key.provider]} {called(key)}: {whose}, {state}, {money(paid)} so far."


def works(key: ProviderKey) -> str:
    """What the person hears whose key was taken."""
    whose = " for what you order" if key.owner_id else " for the business's pictures"
    return WORKS.format(provider=PROVIDERS[key.provider], key=called(key), whose=whose)


def tried(key: ProviderKey, trouble: str | None) -> str:
    """What its bringer hears of a trial: `trouble` is its reason code, "" for none, None where the
    provider did not answer.
    """
    if trouble == "":
        return works(key)
    said = {None: SILENT, "key_refused": REFUSED, "key_unreadable": UNREADABLE}[trouble]
    return said.format(provider=PROVIDERS[key.provider], key=called(key))


def pays(key: ProviderKey, owner: str) -> str:
    """On a card: on which key its pictures go. `owner` is whose own it is, "" where unknown."""
    if not key.owner_id:
        return f"On the business's {PROVIDERS[key.provider]} key …{key.last}."
    whose = f"{PROVIDERS[key.provider]} key …{key.last} that {owner or 'somebody'} brought"
    return f"On the {whose}; no budget counts it."
