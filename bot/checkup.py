"""`imagedesk doctor`: everything that is set up, tried for real, with the way to mend each fault.

Owns the order of the checks and how they are printed. Nothing is changed but a test picture, stored
and deleted again.
"""

from rich.console import Console
from rich.text import Text

from bot.checks.findings import Check, Finding, Mark
from bot.checks.here import (
    check_accounts,
    check_database,
    check_folder,
    check_keys,
    check_moderation,
    check_queue,
    check_settings,
    check_store,
)
from bot.checks.outside import check_address, check_discord, check_openai, check_slack
from bot.checks.providers import (
    check_compatible,
    check_diffusion,
    check_replicate,
    check_stability,
)
from core.settings import Settings
from core.wording import checkup as words

CHECKS: tuple[Check, ...] = (
    check_settings,
    check_folder,
    check_database,
    check_queue,
    check_store,
    check_address,
    check_slack,
    check_discord,
    check_openai,
    check_moderation,
    check_replicate,
    check_stability,
    check_compatible,
    check_diffusion,
    check_accounts,
    check_keys,
)
COLOURS: dict[Mark, str] = {"✓": "green", "–": "dim", "!": "yellow", "✗": "red"}


async def examine(settings: Settings, out: Console) -> bool:
    """Run all checks and print what they find; False where something does not work."""
    marks: set[Mark] = set()
    for check in CHECKS:
        for finding in await check(settings):
            marks.add(finding.mark)
            tell(finding, out)
    told = words.SOME_WARNINGS if "!" in marks else words.ALL_WELL
    out.print(words.SOME_BROKEN if "✗" in marks else told, markup=False)
    return "✗" not in marks


def tell(finding: Finding, out: Console) -> None:
    """Print one finding, and below it how to mend it."""
    out.print(Text.assemble((finding.mark, COLOURS[finding.mark]), " ", finding.text))
    if finding.fix:
        out.print(f"    → {finding.fix}", markup=False)
