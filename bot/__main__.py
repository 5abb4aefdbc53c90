"""The command line: demo, run, bot, worker, web, migrate, manifest, doctor, import, account,
storage, token, secrets.

Owns the names of commands and what they are given; what each does stands in a module of its own.
"""

import asyncio
import gc
import json
import logging
import sys
import webbrowser
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot import accounts, checkup, imports, manifests, rotation, tokens
from bot.logs import configure_logs
from bot.serving import Role, serve
from bot.stores import probing, report, sweeping
from bot.wiring import Running, require_folder
from core.errors import DeskError
from core.settings import Need, Settings, StoreName, read_settings
from core.wording import terminal as words
from storage.database import open_engine
from storage.migrations import migrate as migrate_database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=words.ABOUT,
    pretty_exceptions_show_locals=False,  # they hold tokens
)
account_app = typer.Typer(no_args_is_help=True, help=words.ACCOUNT)
app.add_typer(account_app, name="account")
storage_app = typer.Typer(no_args_is_help=True, help=words.STORAGE)
app.add_typer(storage_app, name="storage")
token_app = typer.Typer(no_args_is_help=True, help=words.ACCESS)
app.add_typer(token_app, name="token")
secrets_app = typer.Typer(no_args_is_help=True, help=words.SECRETS)
app.add_typer(secrets_app, name="secrets")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ALL: frozenset[Role] = frozenset({"web", "bot", "worker"})


def _run(
    work: Callable[[Settings], Coroutine[Any, Any, None]], *needs: Need, serves: bool = False
) -> None:
    """Read the settings, do the work, and say what is wrong in a sentence. What does not serve says
    by itself what becomes of it: only warnings are logged then.
    """
    try:
        settings = read_settings(needs=frozenset(needs))
        configure_logs(settings.log_level, logging.NOTSET if serves else logging.WARNING)
        asyncio.run(work(settings))
    except DeskError as error:
        err.print(Text.assemble(("✗", "red"), " ", words.told(error.trouble)))
        raise typer.Exit(1) from error
    except asyncio.CancelledError:
        if not serves:
            raise
        # It was told to end while it still began.


@app.command(help=words.DEMO)
def demo(*, browser: Annotated[bool, typer.Option(help=words.BROWSER)] = True) -> None:
    """Everything in one process, for one person on this machine."""

    def ready(joined: Running) -> None:
        _settle()
        model = next(iter(joined.desk.models.values()))
        # Under its public address, if it has one, the desk takes nobody for the local person.
        address = joined.settings.model_copy(update={"public_url": ""}).address
        out.print(words.DEMO_READY.format(address=address, model=model.label))
        if browser and sys.stdout.isatty():
            webbrowser.open(address)

    def local(settings: Settings) -> Settings:
        return settings.model_copy(update={"http_host": "127.0.0.1"})

    _run(
        lambda settings: serve(local(settings), ALL, embed=True, demo=True, ready=ready),
        serves=True,
    )


def _settle() -> None:
    """Let the collector leave what was loaded alone: looking through all of it takes a tenth of a
    second each time, in which no command is acknowledged.
    """
    gc.collect()
    gc.freeze()


def _announcing(*roles: Role) -> Callable[[Running], None]:
    """What tells that these roles have started, and no more of the desk than they are."""

    def announce(joined: Running) -> None:
        _settle()
        place = joined.settings.address if "web" in roles else words.PARTS[roles[0]]
        out.print(words.READY.format(address=place))
        for name in joined.surfaces:
            if ("web" if name == "page" else "bot") in roles:
                out.print(f"  {name}: {words.SURFACES[name]}")

    return announce


@app.command(help=words.RUN)
def run() -> None:
    """Bot, worker and web in one process."""
    ready = _announcing(*ALL)
    _run(lambda settings: serve(settings, ALL, embed=True, ready=ready), "chat", serves=True)


@app.command(help=words.BOT)
def bot() -> None:
    """The chats' listeners."""
    _run(
        lambda settings: serve(settings, frozenset({"bot"}), ready=_announcing("bot")),
        "queue",
        "chat",
        serves=True,
    )


@app.command(help=words.WORKER)
def worker() -> None:
    """The tasks and the sweep."""
    _run(
        lambda settings: serve(settings, frozenset({"worker"}), ready=_announcing("worker")),
        "queue",
        serves=True,
    )


@app.command(help=words.WEB)
def web() -> None:
    """The page, media, and Slack over HTTP."""
    _run(
        lambda settings: serve(settings, frozenset({"web"}), ready=_announcing("web")),
        "queue",
        serves=True,
    )


@app.command(help=words.MIGRATE)
def migrate() -> None:
    """Bring the database up to date."""

    async def work(settings: Settings) -> None:
        require_folder(settings.data_dir)
        engine = open_engine(settings)
        try:
            await migrate_database(engine)
        finally:
            await engine.dispose()
        out.print(words.MIGRATED)

    _run(work)


@app.command(help=words.MANIFEST)
def manifest(chat: Annotated[str, typer.Argument(help=words.MANIFEST_CHAT)]) -> None:
    """Print a chat's app manifest, made from the command table."""

    async def work(settings: Settings) -> None:
        made = await manifests.make_manifest(chat, settings)
        out.print_json(json.dumps(made))

    _run(work)


@app.command(help=words.DOCTOR)
def doctor() -> None:
    """Check everything that is set up, and say how to mend what is not."""

    async def work(settings: Settings) -> None:
        if not await checkup.examine(settings, out):
            raise typer.Exit(1)

    _run(work)


@app.command("import", help=words.IMPORT)
def import_folder(
    folder: Annotated[Path, typer.Argument(help=words.IMPORT_FOLDER)],
    business: Annotated[int, typer.Option(help=words.IMPORT_BUSINESS)] = 0,
    person: Annotated[str, typer.Option(help=words.IMPORT_PERSON)] = "",
) -> None:
    """Take the pictures of a folder in."""
    _run(lambda settings: imports.bring(settings, folder, business, person, out))


@account_app.command("add", help=words.ACCOUNT_ADD)
def account_add(
    network: Annotated[str, typer.Argument(help=words.ACCOUNT_NETWORK)],
    account_id: Annotated[str, typer.Option("--id", help=words.ACCOUNT_ID)] = "",
    business: Annotated[int, typer.Option(help=words.ACCOUNT_BUSINESS)] = 0,
) -> None:
    """Connect an account; its token is prompted for or read from standard input."""
    _run(lambda settings: accounts.add(settings, network, account_id, business, out))


@account_app.command("list", help=words.ACCOUNT_LIST)
def account_list() -> None:
    """All connected accounts."""
    _run(lambda settings: accounts.show(settings, out))


@account_app.command("remove", help=words.ACCOUNT_REMOVE)
def account_remove(account: Annotated[str, typer.Argument(help=words.ACCOUNT_ROW)]) -> None:
    """Disconnect an account; what it published stays."""
    _run(lambda settings: accounts.remove(settings, account, out))


@storage_app.command("check", help=words.STORAGE_CHECK)
def storage_check(
    store: Annotated[StoreName | None, typer.Argument(help=words.STORAGE_CHECK_STORE)] = None,
) -> None:
    """Try all that the desk does with a store."""

    async def work(settings: Settings) -> None:
        if not await probing.check(settings, store, out):
            raise typer.Exit(1)

    _run(work)


@storage_app.command("sweep", help=words.STORAGE_SWEEP)
def storage_sweep(
    *, delete: Annotated[bool, typer.Option("--delete", help=words.STORAGE_SWEEP_DELETE)] = False
) -> None:
    """Find what no row names."""
    _run(lambda settings: sweeping.sweep(settings, out, delete=delete))


@storage_app.command("move", help=words.STORAGE_MOVE)
def storage_move(
    to: Annotated[StoreName, typer.Option(help=words.STORAGE_TO)],
    source: Annotated[StoreName | None, typer.Option("--from", help=words.STORAGE_FROM)] = None,
    *,
    delete_source: Annotated[
        bool, typer.Option("--delete-source", help=words.STORAGE_DELETE)
    ] = False,
) -> None:
    """Copy everything from one store to another."""
    _run(lambda settings: report.move(settings, source, to, out, delete=delete_source))


@token_app.command("create", help=words.ACCESS_CREATE)
def token_create(
    business: Annotated[int, typer.Option(help=words.ACCESS_BUSINESS)] = 0,
    person: Annotated[str, typer.Option(help=words.ACCESS_PERSON)] = "",
    scope: Annotated[list[str] | None, typer.Option(help=words.ACCESS_SCOPE)] = None,
) -> None:
    """Make a token and show it."""
    scopes = scope or ["read", "write"]
    _run(lambda settings: tokens.create(settings, business, person, scopes, out))


@token_app.command("list", help=words.ACCESS_LIST)
def token_list() -> None:
    """All tokens."""
    _run(lambda settings: tokens.show(settings, out))


@token_app.command("revoke", help=words.ACCESS_REVOKE)
def token_revoke(token: Annotated[str, typer.Argument(help=words.ACCESS_ROW)]) -> None:
    """Let a token be worth nothing."""
    _run(lambda settings: tokens.revoke(settings, token, out))


@secrets_app.command("rotate", help=words.SECRETS_ROTATE)
def secrets_rotate() -> None:
    """Seal everything anew."""

    async def work(settings: Settings) -> None:
        if not await rotation.rotate(settings, out):
            raise typer.Exit(1)

    _run(work)


@secrets_app.callback()
def secrets_only() -> None:
    """A group although it has one command only: that is called by its name."""


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
