"""The command table. Both chats, their manifests, the page's completion and `/help` are made of it.

To add a command: one row in `command_table` and one handler in `bot.handlers`. It must not know any
surface.
"""

import re
from collections.abc import Mapping

from core.business.budgets import PERIODS
from core.chat import Choices, CommandOption, CommandSpec, Option
from core.errors import UserError
from core.generation.comparing import FEWEST, LETTERS
from core.generation.orders import MAX_COUNT
from core.generation.prices import Model
from core.generation.prompts import STYLES
from core.library.uploading import MOST_FILES
from core.wording import budgets, comparing, keys, library
from core.wording import forms as words
from core.wording import models as models_words

# On telephones and in Slack on a Mac, a dash pair becomes one long dash, and quotes become round.
_QUOTES = '"“”„'
_OPTION = re.compile(
    r"(?:^|(?<=\s))(?:--|—|–)([a-z]+)(?:[ \t]*=[ \t]*|[ \t]+|$)"
    rf"([{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|(?!--|—|–)\S+|)"
)


def command_table(models: Mapping[str, Model]) -> tuple[CommandSpec, ...]:
    """All commands; `models` are those that can be used, the default first."""
    # A choice that the model does not have is refused with those that it has.
    sizes = tuple(dict.fromkeys(size for model in models.values() for size in model.sizes))
    qualities = tuple(dict.fromkeys(name for model in models.values() for name in model.qualities))
    return (
        CommandSpec(
            "generate",
            words.GENERATE,
            "/generate a lighthouse at dusk --style vintage --count 4",
            (
                CommandOption("prompt", words.OPTIONS["prompt"], rest=True),
                CommandOption("style", words.OPTIONS["style"], choices=_options(STYLES)),
                CommandOption("size", words.OPTIONS["size"], choices=_options(sizes)),
                CommandOption("quality", words.OPTIONS["quality"], choices=_options(qualities)),
                CommandOption("model", words.OPTIONS["model"], complete=True),
                CommandOption("reference", words.OPTIONS["reference"]),
                CommandOption("picture", words.OPTIONS["picture"], "file"),
                CommandOption(
                    "count", words.OPTIONS["count"], "integer", minimum=1, maximum=MAX_COUNT
                ),
                CommandOption(
                    "compare", comparing.OPTION, "integer", minimum=FEWEST, maximum=len(LETTERS)
                ),
            ),
        ),
        CommandSpec(
            "post",
            words.POST,
            "/post We open on Monday!",
            (CommandOption("text", words.OPTIONS["text"], rest=True),),
        ),
        CommandSpec("scoreboard", comparing.COMMAND, "/scoreboard"),
        CommandSpec("desk", words.DESK, "/desk"),
        CommandSpec(
            "approver",
            words.APPROVER,
            "/approver @ada",
            (
                CommandOption("person", words.OPTIONS["person"], rest=True),
                CommandOption("remove", words.OPTIONS["remove"], choices=_options(("yes",))),
            ),
        ),
        CommandSpec(
            "budget",
            budgets.COMMAND,
            "/budget 20 --for @ada --per month",
            (
                CommandOption("amount", budgets.OPTIONS["amount"], rest=True),
                CommandOption("images", budgets.OPTIONS["images"]),
                CommandOption("for", budgets.OPTIONS["for"]),
                CommandOption("per", budgets.OPTIONS["per"], choices=_options(PERIODS)),
                CommandOption("off", budgets.OPTIONS["off"], choices=_options(("yes",))),
            ),
        ),
        CommandSpec("keys", keys.COMMAND, "/keys"),
        CommandSpec(
            "bulk",
            words.BULK,
            "/bulk",
            (CommandOption("file", words.OPTIONS["list"], "file"),),
        ),
        CommandSpec(
            "keep",
            words.KEEP,
            '/keep 1-8 12, redo 9 "warmer"',
            (CommandOption("wishes", words.OPTIONS["wishes"], rest=True),),
        ),
        CommandSpec(
            "redo",
            words.REDO,
            '/redo 9 "warmer"',
            (CommandOption("wishes", words.OPTIONS["wishes"], rest=True),),
        ),
        CommandSpec(
            "models",
            models_words.MODELS,
            "/models",
            (CommandOption("model", models_words.MODEL_OPTION, complete=True, rest=True),),
        ),
        CommandSpec(
            "upload",
            words.UPLOAD,
            "/upload",
            tuple(
                CommandOption(f"file{number}", words.OPTIONS["file"], "file")
                for number in range(1, MOST_FILES + 1)
            ),
        ),
        CommandSpec(
            "library",
            library.LIBRARY,
            "/library fox --filter uploaded --sort name",
            (
                CommandOption("search", library.OPTIONS["search"], complete=True, rest=True),
                CommandOption(
                    "filter", library.OPTIONS["filter"], choices=_labelled(library.FILTERS)
                ),
                CommandOption("sort", library.OPTIONS["sort"], choices=_labelled(library.SORTS)),
            ),
        ),
        CommandSpec(
            "image",
            library.IMAGE,
            "/image 12",
            (CommandOption("name", library.OPTIONS["name"], complete=True, rest=True),),
        ),
        CommandSpec(words.ADD_TO_LIBRARY, words.ADD, "", on_message=True),
        CommandSpec("help", words.HELP, "/help"),
    )


def _options(values: Mapping[str, str] | tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(value, value) for value in values)


def _labelled(labels: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in labels.items())


def read_text(command: CommandSpec, text: str) -> dict[str, str]:
    """Split `text` into options: `--name value` (quoted where it has spaces; without its value
    where there is only one), the rest to the command's free option, in its lines. Raises
    UserError("option_unknown" | "option_empty").
    """
    known = {option.name: option for option in command.options}
    found: dict[str, str] = {}
    for name, value in _OPTION.findall(text):
        if name not in known:
            raise UserError("option_unknown", option=name, options=[f"--{one}" for one in known])
        choices = known[name].choices
        plain = value.strip(_QUOTES)
        if not plain and len(choices) != 1:
            raise UserError("option_empty", option=name)
        found[name] = plain or choices[0].value
    rest = next((option.name for option in command.options if option.rest), None)
    lines = [" ".join(line.split()) for line in _OPTION.sub("", text).split("\n")]
    words_left = "\n".join(lines).strip()
    if rest and words_left:
        found.setdefault(rest, words_left)
    return found


def complete(command: CommandSpec, option: str, text: str, models: Mapping[str, Model]) -> Choices:
    """Proposals for an option that is being typed, at most 25."""
    if option == "model":
        offers = [Option(name, words.model_option(model)) for name, model in models.items()]
    else:
        spec = next((known for known in command.options if known.name == option), None)
        offers = list(spec.choices) if spec else []
    typed = text.casefold()
    fitting = [o for o in offers if typed in o.value.casefold() or typed in o.label.casefold()]
    return Choices(tuple(fitting[:25]))
