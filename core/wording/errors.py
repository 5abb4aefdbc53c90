"""The sentence for every reason code.

A fact is filled in by its name; lists are joined; those named in `MONEY` are amounts. Adapters add
the sentences of their own codes here, under their name.
"""

from core.errors import Trouble
from core.library.captions import shorten
from core.wording.budgets import FACTS
from core.wording.budgets import SENTENCES as BUDGETS
from core.wording.lists import SENTENCES as LISTS
from core.wording.money import money

LONGEST_FACT = 300
"""Characters: what somebody typed must not push what to do next out of a message."""

MONEY = frozenset({"left", "asked", "budget", "price", "cost"})

SENTENCES: dict[str, str] = {
    # orders
    "prompt_empty": "There is no prompt. Say what to draw, for example: a lighthouse at dusk.",
    "prompt_too_long": "The prompt has {length} characters; at most {limit} are taken. "
    "Nothing was made.",
    "prompt_blocked": "The word “{word}” is not allowed here. Nothing was made and nothing paid.",
    "prompt_refused": "Moderation refused the prompt ({categories}). Nothing was made and nothing "
    "paid. Word it differently.",
    "picture_refused": "Moderation refused the finished picture ({categories}). It is not kept; "
    "it was paid for.",
    "model_unknown": "There is no model “{model}” here. There are: {models}.",
    "model_unreachable": "{model} is reached here only by a key that you cannot use. Nothing was "
    "paid. Bring a key with /keys, or take one of {models}.",
    "size_unknown": "{model} does not make {size}. It makes: {sizes}.",
    "quality_unknown": "There is no quality “{quality}”. There are: {qualities}.",
    "style_unknown": "There is no style “{style}”. There are: {styles}.",
    "count_wrong": "You can ask for 1 to {most} pictures at once, not for “{count}”.",
    "option_unknown": "There is no option --{option}. There are: {options}.",
    "option_empty": "The option --{option} needs a value after it.",
    "reference_wrong": "“{reference}” is no picture's number. Write 12, or several as 12,15.",
    "reference_unknown": "There is no such picture as {reference} in the library.",
    "references_untaken": "{model} makes no picture from another one. These do: {models}.",
    "references_nowhere": "No model here makes a picture from another one. Nothing was made.",
    "references_many": "A picture is made from at most {most} others; these are {count}.",
    "reference_refused": "The file {name}, which it was to be made from, was not taken. Nothing "
    "was paid.",
    "reference_waits": "It waits for the file that it is made from.",
    "reference_gone": "Picture {reference}, which it was to be made from, was deleted from the "
    "library. Nothing was paid.",
    "too_many_orders": "That was more than {limit} orders in a minute. Wait a moment; nothing was "
    "made.",
    **BUDGETS,
    "person_missing": "Say whom: mention the person, or write their name.",
    "person_unknown": "I do not know that person yet. They must use the desk once first.",
    "person_ambiguous": "Several people here are called {name}. Mention the one you mean.",
    "month_unknown": "“{month}” is no month. Write it as 2026-11.",
    "compare_wrong": "Compare 2 or {most} models, not “{text}”. Nothing was made.",
    "compare_count": "A comparison is of one picture from each model: leave --count out. Nothing "
    "was made.",
    "compare_few": "A comparison needs two models that can draw this, and there is only {model} "
    "here. Nothing was made. An admin can set up another provider.",
    "compare_lost": "This picture of the comparison was not made.",
    "compare_hidden": "The originals say which model made them: choose a picture first.",
    "nothing_to_remake": "There is no picture to make again.",
    "catalogue_broken": "The model file {path} cannot be read: {problem}.",
    **LISTS,
    # who may
    "not_yours": "Only the person who asked, approvers and admins can do that.",
    "not_approver": "That is for approvers. Until an admin names some with /approver, they are the "
    "person who asked and the admins.",
    "team_not_allowed": "This desk serves another team. Its operator can add {team} to "
    "ALLOWED_TEAMS.",
    "no_business": "Use the desk in a channel of your server first; then it knows whom you work "
    "for.",
    "which_business": "You work for several teams here. Choose the one you mean.",
    "card_unknown": "This card is not known here any more. Nothing was done.",
    "command_unknown": "There is no command /{name}. /help lists all.",
    "not_admin": "Only admins can do that.",
    # reviewing
    "nothing_selected": "There is nothing to publish: what is chosen is not finished, or was "
    "deleted.",
    # publishing
    "accounts_none": "Choose at least one account.",
    "needs_image": "{network} needs a picture.",
    "post_empty": "There is nothing to publish: write something or choose a picture.",
    "caption_too_long": "{network}: a caption has at most {limit} characters; this one has "
    "{length}.",
    "too_many_images": "{network} takes at most {limit} pictures; there are {count}.",
    "alt_too_long": "{network}: an alt text has at most {limit} characters; this one has {length}.",
    "too_many_hashtags": "{network} takes at most {limit} hashtags; there are {count}.",
    "picture_gone": "The picture {name} is not in the store any more. Choose another one.",
    "database_unavailable": "The desk's database does not answer. Nothing was done; try again in a "
    "minute.",
    "conflict": "Two changes met. Nothing was changed; do it again.",
    "rendition_impossible": "The picture cannot be made small enough. Choose another one.",
    "pictures_gone": "One of these pictures is not in the library any more. Choose others.",
    "post_full": "A post has at most {limit} pictures; with these it would have {count}. Nothing "
    "was made and nothing paid.",
    "pictures_coming": "Its pictures are still being added. Publish it once they stand on the "
    "card; it is not published yet.",
    "slug_taken": "Another post has the address “{slug}”. Write another one.",
    "post_settled": "That is decided already. Nothing was changed.",
    "post_outcome_unknown": "The network never answered, so the post may be there. Look, then say "
    "which: nothing is sent again by itself.",
    "account_missing": "No {network} account is connected. An admin connects one with: imagedesk "
    "account add.",
    "account_unclear": "There are several {network} accounts. Say which, by its id: {accounts}.",
    "account_unknown": "{network} has no connected account {id} here.",
    "post_unknown": "There is no such post here.",
    "post_withdrawn": "The post was withdrawn before it was sent.",
    "request_too_long": "The request is too long. Nothing of it was done.",
    "key_reused": "This Idempotency-Key was used for another request. Nothing was done; take a new "
    "key.",
    # the networks
    "account_expired": "The account's token has expired or was withdrawn. An admin connects it "
    "again with: imagedesk account add.",
    "account_forbidden": "The token may not do this for the account ({message}). An admin grants "
    "the permission and connects the account again.",
    "account_blocked": "The network has blocked this account from posting. Put it right in the "
    "network's own app; nothing is tried again by itself.",
    "account_not_found": "The network does not know this account, or the token may not see it.",
    "account_token_rejected": "The network does not take this token. Make a new one and connect "
    "the account again.",
    "image_unreachable": "The network could not fetch the picture from this desk. PUBLIC_URL, or "
    "the picture store, must be reachable from the internet. Nothing was posted.",
    "image_rejected": "The network did not take the picture: {message} Nothing was posted.",
    "caption_rejected": "The network did not take the caption: {message} Nothing was posted.",
    "network_refused": "The network refused: {message}",
    "network_busy": "The network takes no more calls for now. It goes on by itself.",
    "network_unavailable": "The network does not answer. It goes on by itself.",
    "network_processing": "The network is still working on the pictures. It goes on by itself.",
    "network_unanswered": "The network never answered, so the post may be there. It is looked for; "
    "nothing is sent again by itself.",
    "daily_quota": "The account has posted as often as the network allows in 24 hours. It goes on "
    "by itself when there is room.",
    "container_gone": "The network dropped the prepared pictures. They are prepared again.",
    "container_failed": "The network failed to prepare the pictures. They are prepared again.",
    "duplicate_refused": "The network says that this stands already. It is looked for; nothing is "
    "sent again by itself.",
    # making
    "provider_forgot": "{provider} began the picture and knows it no more. It may bill it. “Make "
    "again” buys a new one.",
    "worker_died": "The work was cut off after the call had begun. It may have been billed.",
    "provider_missing": "The provider {provider} is not set up on this desk. Nothing was paid.",
    "provider_busy": "The provider is busy. It goes on by itself.",
    "provider_failed": "The provider had a failure of its own; nothing was made. It goes on by "
    "itself.",
    "provider_unreachable": "The provider cannot be reached; nothing was made. It goes on by "
    "itself.",
    "provider_rejected": "The provider did not take the order: {reason} Nothing was paid.",
    "refused_by_provider": "The provider's safety system refused it ({categories}). Nothing was "
    "paid. Word it differently.",
    "provider_refused": "{provider} refused it: {reason} No picture was billed. Word it "
    "differently.",
    "provider_filtered": "{provider} drew it and then blurred it, so it is not kept; that costs "
    "{cost}. Word it differently.",
    "provider_no_answer": "{provider} never answered, so the picture may have been made and "
    "billed. “Make again” buys a new one.",
    "provider_no_image": "{provider} answered without a picture and may have billed it. “Make "
    "again” buys a new one.",
    "provider_unfinished": "{provider} began the picture and did not finish it in time. It was "
    "told to stop, and may bill it. “Make again” buys a new one.",
    "provider_not_fetched": "{provider} made the picture and billed it, but it could not be "
    "fetched. “Make again” buys a new one.",
    "provider_key_rejected": "{provider} does not take this desk's key; nothing was paid. An "
    "operator sets {setting} anew: {url}",
    "provider_billing": "{provider}'s account has no money left; nothing was paid. Its owner looks "
    "at {url}",
    "provider_forbidden": "{provider} does not allow this key to do that: {reason} Nothing was "
    "paid. Its owner looks at {url}",
    "diffusion_api_off": "The Stable Diffusion server has its API off. An operator starts it with "
    "--api, or sets another SD_API_URL.",
    "diffusion_locked": "The Stable Diffusion server wants a password. An operator puts it into "
    "SD_API_URL (http://user:password@host).",
    "compatible_locked": "The image server does not take this desk's key. An operator sets "
    "COMPATIBLE_API_KEY anew.",
    "model_gone": "The model {model} is not offered any more. Nothing was paid. Choose another.",
    "key_refused": "The provider does not take the key “{name}” (…{last}), which was brought with "
    "/keys. Nothing was paid, and nobody else's key was used. Who brought it revokes it there and "
    "brings another.",
    "key_unpaid": "The account of the key “{name}” (…{last}), which was brought with /keys, needs "
    "its owner: money, or verification. Nothing was paid, and nobody else's key was used: {url}",
    "key_unreadable": "The key “{name}” (…{last}) cannot be opened. Was SECRET_KEY changed or "
    "lost? Put the old one into SECRET_KEY_OLD, or bring the key again with /keys. Nothing was "
    "paid.",
    "key_gone": "The key “{name}” that was to pay for it is revoked. Nothing was paid. Order "
    "again, or bring another with /keys.",
    "key_missing": "Paste the key here. Nothing was changed.",
    "key_shape": "That does not look like a key. Copy it again, whole and alone. Nothing was "
    "stored.",
    "keys_many": "There are {most} keys already, which is the most. Revoke one first.",
    "key_unknown": "That key is revoked already.",
    "key_not_yours": "Only who brought a key, or an admin for the business's, can revoke it.",
    "moderation_unavailable": "Moderation does not answer. It goes on by itself; nothing passes "
    "unseen.",
    # OpenAI
    "openai_key_rejected": "OpenAI does not take this desk's key; nothing was paid. An operator "
    "sets OPENAI_API_KEY anew: {url}",
    "openai_unverified": "OpenAI wants the organization verified before it draws; nothing was "
    "paid. Its owner opens {url}, presses Verify Organization, and waits up to 15 minutes; then "
    "ask again.",
    "openai_billing": "OpenAI's account has no money left, or has reached its own limit; nothing "
    "was paid. Its owner looks at {url}",
    "openai_forbidden": "OpenAI does not allow this key to do that: {reason} Nothing was paid.",
    "openai_no_answer": "OpenAI never answered, so the picture may have been made and billed. "
    "“Make again” buys a new one.",
    "openai_no_image": "OpenAI answered without a picture and may have billed it. “Make again” "
    "buys a new one.",
    # addresses that programs name
    "address_wrong": "That is no address of a picture: it begins with https:// or http:// and "
    "holds no password.",
    "address_private": "That address lies in a private network, which this desk does not enter. "
    "Name a public one.",
    "address_redirects": "That address leads on more than {most} times. Name the picture's own.",
    "address_unreachable": "Nothing could be fetched from that address ({reason}).",
    "address_unanswered": "That address gives no picture (HTTP {status}).",
    "address_slow": "That address took more than {seconds} seconds. Nothing was posted; try again.",
    # pictures
    "picture_empty": "The file is empty.",
    "picture_not_an_image": "That is not a picture. JPEG, PNG, GIF and WebP are taken.",
    "picture_type_unsupported": "{kind} is not taken. Save it as JPEG, PNG, GIF or WebP.",
    "picture_too_small": "The picture is {width} × {height} pixels; each side needs at least "
    "{least}.",
    "picture_too_large": "The picture is too large; a side may have at most {most} pixels.",
    "picture_too_many_frames": "The animation has too many frames; at this size {most} are taken.",
    "picture_broken": "The picture is damaged: it begins as {kind} but cannot be read to its end.",
    "picture_too_costly": "The picture takes too much work to open, or to turn upright. Save it "
    "anew, upright and smaller or as JPEG, and send it again.",
    "picture_unreadable": "The program that opens pictures failed over this one, so it is not "
    "taken. Save it anew with another program and send it again.",
    "picture_turned_animation": "The animation is marked as lying on its side or mirrored. Save it "
    "upright and send it again.",
    # the library
    "image_unknown": "There is no such picture in the library.",
    "image_being_removed": "This very picture is just being deleted. Try again in a moment.",
    "image_removed": "The picture was deleted from the library.",
    "image_in_use": "It is used by: {posts}. Deleting it takes it from the desk's own pages and "
    "from what is scheduled; posts on networks stay.",
    "image_on_its_way": "It is being posted right now: {posts}. Delete it when that is done.",
    "image_not_found": "No picture is called “{name}”. /library shows them all.",
    "image_unnamed": "Say which picture by its number or a name; “/image 12” is picture 12.",
    "pick_one": "Details are of one picture; {count} are picked.",
    "none_picked": "Pick the pictures first, from the menu below them.",
    "too_many_picked": "At most {limit} pictures go into one post; {count} are picked.",
    "page_wrong": "There is no page “{page}”. Pages are numbers from 1 to {most}.",
    "limit_wrong": "The limit “{limit}” does not work; it is a number from 1 to {most}.",
    "sort_unknown": "There is no sort “{sort}”. There are: {sorts}.",
    "filter_unknown": "There is no filter “{filter}”. There are: {filters}.",
    "cursor_wrong": "This page marker does not belong to this search. Begin again at the first "
    "page.",
    "date_wrong": "“{date}” is not a date. Write it like 2026-11-21.",
    "dates_reversed": "The first day, {start}, is after the last one, {end}.",
    "search_too_long": "A search has at most {limit} characters; this one has {length}.",
    "title_long": "A title has at most {limit} characters; this one has {length}.",
    "description_long": "A description has at most {limit} characters; this one has {length}.",
    "alt_long": "An alt text has at most {limit} characters; this one has {length}.",
    "tag_long": "A tag has at most {limit} characters; one of these has {length}.",
    "tags_many": "A picture has at most {limit} tags; these are {count}.",
    # the HTTP API
    "token_missing": "Send a token: “Authorization: Bearer …”. An operator makes one with: "
    "imagedesk token create.",
    "token_rejected": "This token is not known here, or was revoked. An operator makes another "
    "with: imagedesk token create.",
    "scope_missing": "This token may not do that; it needs the scope “{scope}”.",
    "too_many_requests": "A token may ask {limit} times a minute. Go on in {seconds} seconds.",
    "business_foreign": "There is no such business for this token; its own is number "
    "{business_id}.",
    "request_wrong": "The request does not fit; look at: {fields}.",
    "order_withdrawn": "The order was withdrawn before its picture was made.",
    "job_unknown": "There is no such job.",
    "nothing_here": "There is nothing at this address; /api/docs lists what there is.",
    "api_failed": "The desk failed over this request. It is written down in its log.",
    "file_missing": "Send one file as multipart/form-data, in a field named “file” that has a file "
    "name. Nothing was stored.",
    "wrong_host": "This desk is reached at {address}. If you came by another name on purpose, set "
    "PUBLIC_URL.",
    "cross_site": "This came from another site. Nothing was done.",
    # the chat
    "chat_not_invited": "I may not post in this channel. Invite me to it, then ask again. Nothing "
    "was made and nothing paid.",
    "chat_forbidden": "A permission is missing in this channel: {permission}. An admin can grant "
    "it; then ask again. Nothing was made and nothing paid.",
    "chat_gone": "This channel or thread is archived or gone. Ask again elsewhere. Nothing was "
    "paid.",
    "upload_card_waits": "The files are taken into the library, but I may not post about them "
    "here. What became of each is told as soon as I am invited or allowed to.",
    "card_waits": "I may not post in that channel or thread any more. What was made is kept; its "
    "card follows as soon as I may post there again.",
    "chat_busy": "The chat is busy; the card follows.",
    "chat_unavailable": "The chat does not answer; the card follows.",
    "chat_token_rejected": "Discord does not know the bot's token. An operator must set another "
    "DISCORD_TOKEN.",
    "chat_threads_full": "This server has as many open threads as Discord allows. Close some; then "
    "ask again.",
    "chat_refused": "The chat refused the card: {reason}.",
    "message_gone": "The message was deleted.",
    "message_too_old": "The message is too old to be changed.",
    "file_too_big_for_chat": "The file is too large for this chat.",
    "upload_too_big": "The file has more than 10 MB. Save it smaller and send it again.",
    "folder_unknown": "There is no folder {folder}.",
    "file_unreadable": "It cannot be read ({reason}).",
    "message_bare": "That message has no picture. Nothing was stored.",
    "files_left": "The first {most} files were taken. Bring the other {more} in another message.",
    "already_there": "It was “{title}”, picture {image}, which is deleted by now.",
    "looks_like": "It looks like “{title}”, picture {image} of the library.",
    "upload_gone": "The file could not be fetched any more. Send it again.",
    # storage and settings
    "storage_unavailable": "The picture store does not answer. It goes on by itself.",
    "storage_forbidden": "The picture store refused access. Nothing is lost; an operator must "
    "look at its keys.",
    "storage_same": "The desk keeps its pictures at {name} already. Say with --from where else "
    "some still are.",
    "storage_in_use": "The desk still keeps its pictures at {source}: nothing is deleted there. "
    "Set STORAGE_PROVIDER={target}, restart the desk, and run this again with --from {source}.",
    "storage_altered": "{name} gave back other bytes than were put there, for {key}. Nothing was "
    "switched or deleted; look at that store before you go on.",
    "storage_move_unfinished": "{count} objects or more are not over yet: {reason} Nothing was "
    "switched or deleted. Run it again; it goes on where it was.",
    "disk_full": "The disk is full. Nothing is lost; it goes on when there is room.",
    "data_dir_in_use": "Another Image Desk is running on {path}. Stop it, or set DATA_DIR.",
    "data_dir_not_writable": "{path} cannot be written to. Give access to it, or set DATA_DIR.",
    "secret_unreadable": "A stored secret cannot be opened. Was SECRET_KEY changed? Connect the "
    "account again.",
    "settings_wrong": "The settings need a change:\n{problems}",
    # the operator's terminal
    "account_disconnected": "The account was disconnected. An admin connects it again with: "
    "imagedesk account add.",
    "network_unknown": "There is no network “{network}” to connect. There are: {networks}.",
    "businesses_none": "There is no business yet: it begins with the first use of the desk in a "
    "chat or on its page. Use it there once (say, /help), then run this again.",
    "business_unclear": "Say which business with --business and its number. There are: "
    "{businesses}.",
    "token_empty": "No token was given. Nothing was stored.",
    "trial_not_served": "Networks fetch pictures from {address}, but {problem}. Start the desk, "
    "and set PUBLIC_URL to the https address under which the internet reaches it, by a reverse "
    "proxy or a tunnel (with S3: S3_PUBLIC_URL). Nothing was stored.",
    "trial_not_fetched": "{network} could not fetch a test picture from {address}, although this "
    "machine can. PUBLIC_URL (with S3: S3_PUBLIC_URL) must be an https address that the whole "
    "internet reaches: a firewall, a block of crawlers, or a tunnel's warning page may be in the "
    "way. Nothing was stored.",
    "account_row_unknown": "There is no connected account {id}. “imagedesk account list” shows "
    "all.",
    "account_row_ambiguous": "{count} accounts begin with {id}. Give more of the id.",
    "account_built_in": "The desk's own site is always connected.",
    "account_in_use": "{name} still has {count} posts on their way. Stop them in the chat, or wait "
    "until they are out. Nothing was changed.",
    "person_unclear": "Say who with --person, by name or id. There are: {people}.",
    "scope_unknown": "There is no scope “{scope}”. There are: {scopes}.",
    "token_row_unclear": "There is no token {id}, or there are several. “imagedesk token list” "
    "shows all.",
    "chat_unknown": "There is no manifest for “{chat}”. There are: {chats}.",
    "database_unreachable": "The database {address} cannot be used: {reason}. Check DATABASE_URL, "
    "and that the server runs.",
    "database_newer": "A newer Image Desk has changed this database. Run that version, or put the "
    "backup from before it back.",
    "port_in_use": "Nothing can listen on {address} ({reason}). Perhaps another Image Desk runs "
    "there: stop it, or set HTTP_PORT (0 takes a free one).",
    "secret_key_unreadable": "{path} cannot be read. Give access to it, put it back from the "
    "backup, or set SECRET_KEY.",
    "valkey_missing": "There is no embedded queue for this machine. Set REDIS_URL to a Redis or "
    "Valkey server.",
    "valkey_not_started": "The embedded queue did not start; {path} says why. Or set REDIS_URL.",
    "slot_far": "The provider lets nobody in for a while. It goes on by itself; nothing was paid.",
    "limits_unavailable": "The queue does not answer, so nothing is begun that costs money. It "
    "goes on by itself.",
    "redis_missing": "REDIS_URL is not set. Set it, or use “imagedesk run”, which brings its own.",
}


def sentence(trouble: Trouble) -> str:
    """The sentence for a reason; a code without one is named as it stands, with its facts."""
    template = SENTENCES.get(trouble.code)
    facts = {name: _written(name, value) for name, value in trouble.facts.items()}
    if template is None:
        return f"{trouble.code.replace('_', ' ').capitalize()}. {_listed(facts)}".strip()
    return template.format_map(_Facts(facts))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "unknown"


def _written(name: str, value: object) -> str:
    if name in FACTS and value in FACTS[name]:
        return FACTS[name][str(value)]
    if name in MONEY and (value is None or isinstance(value, int)):
        return money(value)
    if name == "problems" and isinstance(value, list):
        return "\n".join(f"  {problem}" for problem in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return shorten(str(value), LONGEST_FACT)


def _listed(facts: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in facts.items())
