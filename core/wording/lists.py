"""The sentences for what is wrong with a list of prompts, or with what is done to its batch."""

from typing import Final

NO_LIST: Final = "it holds no list"
NO_PROMPT: Final = "entry {number} is no prompt"
"""What keeps a JSON file from being read; a parser's own words say the rest."""

SENTENCES: Final[dict[str, str]] = {
    "list_kind_unknown": "“{name}” is no list that can be read. Bring one of {kinds}.",
    "list_too_big": "“{name}” is larger than 2 MB. Bring a shorter list; nothing was made.",
    "list_binary": "“{name}” holds no text. Save it as plain text or CSV and bring it again.",
    "list_broken": "“{name}” cannot be read: {problem}. Nothing was made.",
    "list_without_prompts": "“{name}” has no column “prompt”. It has: {columns}.",
    "list_empty": "There is no prompt. Write one a line, or bring a list.",
    "list_changed": "Other rows of the list can be made than before, as shown here. Nothing was "
    "paid; start it again if that is what you want.",
    "list_too_long": "That makes {count} pictures; a batch has at most {most}. Nothing was made.",
    "wishes_unreadable": "I do not understand “{rest}”. Write for example: keep 1-8 12, redo 9 "
    "“warmer”. Nothing was changed.",
    "reply_unread": "This chat shows the desk a reply only if it pings. Reply with @ switched on, "
    "or write /keep 1-8 12. Nothing was changed.",
    "batch_unknown": "There is no batch here. Reply in its thread, or start one with /bulk.",
    "picture_unknown": "The batch has no picture {numbers}.",
    "batch_busy": "The drafts are being written. Wait a moment.",
    "batch_reading": "The list is being read. Wait a moment and press again.",
    "batch_settled": "This batch has started, or was left. What it shows is how it stands.",
    "batch_not_yours": "Batches are for admins. An operator can open them to all by BULK_FOR_ALL.",
    "column_unknown": "There is no column “{column}” for {{{{{column}}}}}. There are: {columns}.",
    "braces_wrong": "The braces in “{prompt}” do not fit: write {{red, green}}, one inside no "
    "other, and \\{{ for a brace itself.",
    "batch_goes_on": "The batch does not wait for another model any more. Nothing was changed.",
    "model_unfit": "{model} cannot make all that is left of the batch. Nothing was changed.",
    "model_replaced": "The model {model} is not offered any more: where FAILOVER names another one "
    "within the price, that makes its pictures.",
}
