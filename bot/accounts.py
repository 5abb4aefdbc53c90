"""Social accounts from the command line: connect, list, disconnect.

Owns what an operator does with accounts, and the trial by which a network shows that it can fetch
pictures from this desk. A token is typed without echo or piped in; it is never an argument, which
other people on the machine could read. It must not know any network by name but the built-in one,
whose account is born with its business.
"""

import getpass
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.trial import fetch_by_network, fetch_ourselves, trial_picture
from bot.wiring import Running, running
from core.business.accounts import DISCONNECTED, Account, seal_context
from core.business.members import Business
from core.errors import Trouble, UserError
from core.ports import Credential, SocialNetwork
from core.publishing.posts import TargetState
from core.settings import Settings
from core.wording import terminal as words
from core.wording.errors import sentence
from storage.database import SqlUnit

BUILT_IN = "site"
ON_THEIR_WAY: frozenset[TargetState] = frozenset({"scheduled", "claimed", "staged", "sending"})
SHORT_ID = 8  # characters of an id that the terminal shows


async def add(
    settings: Settings, network_name: str, external_id: str, business_id: int, out: Console
) -> None:
    """Connect an account, or renew its token; the token comes from the terminal or by a pipe.

    `external_id` "" takes the account whose token it is; `business_id` 0 takes the only business.
    Raises UserError, ActionNeeded, TryLater; then nothing was stored.
    """
    async with running(settings, settings.redis_url) as desk:
        network = _connectable(desk.networks, network_name)
        async with desk.database.read() as unit:
            business = await choose_business(unit, business_id)
        token = _read_token(network)
        out.print(words.CHECKING.format(network=network.title), markup=False)
        found = await network.probe(Credential(external_id, "", token))
        if network.rules.min_images:
            async with trial_picture(desk.blobs) as picture:
                origin = await fetch_ourselves(picture)
                told = words.FETCHING.format(network=network.title, address=origin)
                out.print(told, markup=False)
                await fetch_by_network(network, found, picture, origin)
        async with desk.database.write() as unit:
            account, renewed = await _store(unit, desk, business.id, network.name, found)
        told = words.RENEWED if renewed else words.CONNECTED
        out.print(
            told.format(
                network=network.title,
                name=account.name,
                business=business.name,
                id=account.id[:SHORT_ID],
            ),
            markup=False,
        )


async def show(settings: Settings, out: Console) -> None:
    """List the connected accounts of all businesses."""
    async with running(settings, settings.redis_url) as desk:
        async with desk.database.read() as unit:
            accounts = await unit.accounts.everywhere()
            businesses = {business.id: business for business in await unit.businesses.everywhere()}
        if not accounts:
            out.print(words.ACCOUNTS_NONE, markup=False)
            return
        table = Table(*words.ACCOUNT_COLUMNS, box=None)
        for account in accounts:
            business = businesses[account.business_id]
            state = sentence(Trouble(account.trouble)) if account.trouble else words.WORKING
            cells = (
                account.id[:SHORT_ID],
                f"{business.id} {business.name}",
                account.network,
                account.name,
                state,
            )
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table, soft_wrap=False)


async def remove(settings: Settings, account_id: str, out: Console) -> None:
    """Disconnect the account whose id begins with `account_id`.

    Its token is forgotten. The row stays while posts refer to it, and drafts no longer go there.
    Raises UserError("account_row_unknown" | "account_row_ambiguous" | "account_built_in" |
    "account_in_use").
    """
    async with running(settings, settings.redis_url) as desk:
        async with desk.database.write() as unit:
            account = await _chosen(unit, account_id)
            await _disconnect(unit, account)
        title = desk.networks[account.network].title
        out.print(words.REMOVED.format(network=title, name=account.name), markup=False)


def _connectable(networks: Mapping[str, SocialNetwork], name: str) -> SocialNetwork:
    offered = {known: network for known, network in networks.items() if known != BUILT_IN}
    if name not in offered:
        raise UserError("network_unknown", network=name, networks=sorted(offered))
    return offered[name]


async def choose_business(unit: SqlUnit, business_id: int) -> Business:
    """The business with this number; 0 takes the only one. Raises UserError("businesses_none" |
    "business_unclear").
    """
    businesses = await unit.businesses.everywhere()
    chosen = [one for one in businesses if business_id in {0, one.id}]
    if not businesses:
        raise UserError("businesses_none")
    if len(chosen) != 1:
        names = [f"{business.id} {business.name}" for business in businesses]
        raise UserError("business_unclear", businesses=names)
    return chosen[0]


def _read_token(network: SocialNetwork) -> str:
    if sys.stdin.isatty():
        token = getpass.getpass(words.PROMPT.format(network=network.title))
    else:
        token = sys.stdin.readline()
    if not token.strip():
        raise UserError("token_empty")
    return token.strip()


async def _store(
    unit: SqlUnit, desk: Running, business_id: int, network: str, found: Credential
) -> tuple[Account, bool]:
    """One row for each account of a business: connecting again renews its token."""
    account = await unit.accounts.find(business_id, network, found.external_id)
    renewed = account is not None and account.trouble != DISCONNECTED
    if account is None:
        account = Account(business_id, network, found.external_id, "", "", unit.now)
        unit.accounts.add(account)
    account.name = found.name
    account.sealed = desk.vault.seal(found.secret, seal_context(account))
    account.trouble = ""
    return account, renewed


async def _chosen(unit: SqlUnit, account_id: str) -> Account:
    accounts = await unit.accounts.everywhere()
    chosen = [account for account in accounts if account_id and account.id.startswith(account_id)]
    if not chosen:
        raise UserError("account_row_unknown", id=account_id)
    if len(chosen) > 1:
        raise UserError("account_row_ambiguous", id=account_id, count=len(chosen))
    return chosen[0]


async def _disconnect(unit: SqlUnit, account: Account) -> None:
    if account.network == BUILT_IN:
        raise UserError("account_built_in")
    targets = await unit.targets.of_account(account.id)
    waiting = [target for target in targets if target.state in ON_THEIR_WAY]
    if waiting:
        raise UserError("account_in_use", name=account.name, count=len(waiting))
    if not targets:
        await unit.accounts.remove(account)
        return
    account.sealed, account.trouble = "", DISCONNECTED
    for target in targets:
        if target.state == "draft":
            target.move("cancelled")
            # Wanted only: the sweep of the running desk draws the card anew.
            await unit.messages.want("post", target.post_id)
