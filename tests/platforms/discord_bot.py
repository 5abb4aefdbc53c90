"""A small bot on the unmodified discord.py, to prove the local Discord with.

It owns a handful of commands that touch every kind of interaction. It knows nothing of the
product, and the local server knows nothing of it.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import discord
import yarl
from discord import app_commands
from PIL import Image

from tests.platforms.discord import DiscordServer


@contextmanager
def pointed_at(server: DiscordServer) -> Iterator[None]:
    """Point discord.py at the local server, and back again afterwards."""
    socket = discord.gateway.DiscordWebSocket
    before = (discord.http.Route.BASE, socket.DEFAULT_GATEWAY, discord.Asset.BASE)
    discord.http.Route.BASE = server.api_url
    socket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url)
    discord.Asset.BASE = server.world.base_url
    try:
        yield
    finally:
        discord.http.Route.BASE, socket.DEFAULT_GATEWAY, discord.Asset.BASE = before


def picture(colour: str = "teal", side: int = 32) -> bytes:
    """A small PNG."""
    written = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(written, "PNG")
    return written.getvalue()


class Wishes(discord.ui.Modal, title="New pictures"):
    """A form with one field of every kind that a person can fill in."""

    prompt: discord.ui.Label["Wishes"] = discord.ui.Label(
        text="Prompt", component=discord.ui.TextInput(max_length=200)
    )
    style: discord.ui.Label["Wishes"] = discord.ui.Label(
        text="Style",
        component=discord.ui.Select(
            options=[
                discord.SelectOption(label="Vintage", value="vintage"),
                discord.SelectOption(label="Plain", value="plain", default=True),
            ]
        ),
    )
    file: discord.ui.Label["Wishes"] = discord.ui.Label(
        text="Reference", component=discord.ui.FileUpload(required=False, max_values=3)
    )
    extras: discord.ui.Label["Wishes"] = discord.ui.Label(
        text="Extras",
        component=discord.ui.CheckboxGroup(
            required=False,
            options=[
                discord.CheckboxGroupOption(label="Border", value="border"),
                discord.CheckboxGroupOption(label="Grain", value="grain"),
            ],
        ),
    )
    agreed: discord.ui.Label["Wishes"] = discord.ui.Label(
        text="Agreed", component=discord.ui.Checkbox()
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say privately what was entered."""
        entered = [
            getattr(self.prompt.component, "value", None),
            getattr(self.style.component, "values", None),
            [
                (one.filename, len(await one.read()))
                for one in getattr(self.file.component, "values", [])
            ],
            getattr(self.extras.component, "values", None),
            getattr(self.agreed.component, "value", None),
        ]
        await interaction.response.send_message(repr(entered), ephemeral=True)


class Again(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"again:(\d+)"):
    """A button that outlives restarts: its custom_id says all."""

    def __init__(self, order: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{order}"))
        self.order = order

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, __: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> "Again":
        """Read the order's number back."""
        return cls(int(match[1]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the form."""
        await interaction.response.send_modal(Wishes())


class SampleBot(discord.Client):
    """The bot.

    Attributes:
        reactions: every raw reaction event: kind and emoji.
        heard: the content of every message by others, as it arrived.
        resumes: how often the gateway was resumed.
    """

    def __init__(self, *, intents: discord.Intents | None = None) -> None:
        usual = discord.Intents(guilds=True, messages=True, reactions=True)
        super().__init__(
            intents=intents or usual, chunk_guilds_at_startup=False, guild_ready_timeout=0.05
        )
        self.tree: app_commands.CommandTree[SampleBot] = app_commands.CommandTree(self)
        self.tree.add_command(generate)
        self.tree.add_command(add_to_library)
        self.reactions: list[tuple[str, str]] = []
        self.heard: list[tuple[str, int]] = []
        self.resumes = 0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: the five seconds that discord.py waits are for many shards."""

    async def setup_hook(self) -> None:
        """Register the commands and the buttons that outlive restarts."""
        self.add_dynamic_items(Again)
        await self.tree.sync()

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Remember it."""
        self.reactions.append(("add", str(event.emoji)))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Remember it."""
        self.reactions.append(("remove", str(event.emoji)))

    async def on_message(self, message: discord.Message) -> None:
        """Remember what others write."""
        if self.user is not None and message.author.id != self.user.id:
            self.heard.append((message.content, len(message.attachments)))

    async def on_resumed(self) -> None:
        """Count it."""
        self.resumes += 1


@app_commands.command(description="Make pictures")
@app_commands.choices(style=[app_commands.Choice(name="Vintage", value="vintage")])
async def generate(
    interaction: discord.Interaction,
    prompt: str | None = None,
    count: app_commands.Range[int, 1, 10] = 1,
    style: str = "plain",
    model: str = "sketch",
) -> None:
    """Defer, open a thread with a card, put pictures into it, say so privately."""
    if prompt is None:
        await interaction.response.send_modal(Wishes())
        return
    await interaction.response.defer(ephemeral=True)
    channel = interaction.channel
    if isinstance(channel, discord.TextChannel):
        card = await channel.send(f"{prompt} · {style} · {model}", nonce="order-7", view=_buttons())
        thread = await card.create_thread(name=prompt)
        await thread.send(view=_gallery(count), files=_files(count))
    await interaction.edit_original_response(content=f"{count} pictures of {prompt}")


@generate.autocomplete("model")
async def _models(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    names = ("sketch", "flare")
    return [app_commands.Choice(name=each, value=each) for each in names if typed in each]


@app_commands.context_menu(name="Add to library")
async def add_to_library(interaction: discord.Interaction, message: discord.Message) -> None:
    """Say privately how many files the message has."""
    text = f"{len(message.attachments)} files of {message.content!r}"
    await interaction.response.send_message(text, ephemeral=True)


def _buttons() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(Again(7))
    return view


def _files(count: int) -> list[discord.File]:
    return [discord.File(io.BytesIO(picture()), f"{each}.png") for each in range(count)]


def _gallery(count: int) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    shown = [
        discord.MediaGalleryItem(f"attachment://{each}.png", description=f"picture {each}")
        for each in range(count)
    ]
    text: discord.ui.TextDisplay[discord.ui.LayoutView] = discord.ui.TextDisplay("Here they are")
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery(*shown)
    view.add_item(discord.ui.Container(text, gallery))
    return view
