"""Who may import whom: `bot` → `storage` → `core`, and leaves that know only core and their SDK.

All imports of the product are read from its source, also those inside functions and those for type
checkers only.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core", "storage", "bot")
"""Each may import itself and those before it."""

CORE_MAY = {"pydantic", "pydantic_core", "PIL", "structlog"}

LEAVES = ("core.generation.providers", "core.publishing.networks", "storage.blobs", "bot.surfaces")
SDKS = {
    "core.generation.providers.calls": {"httpx2"},
    "core.generation.providers.compatible": {"httpx2"},
    "core.generation.providers.diffusion": {"httpx2"},
    "core.generation.providers.openai": {"openai", "httpx2"},  # httpx2: the SDK's own exceptions
    "core.generation.providers.openai_words": {"openai"},
    "core.generation.providers.plain_words": set(),
    "core.generation.providers.replicate": {"httpx2"},
    "core.generation.providers.sketch": set(),
    "core.generation.providers.stability": {"httpx2"},
    "core.publishing.networks.facebook": set(),
    "core.publishing.networks.instagram": set(),
    "core.publishing.networks.meta": {"httpx2"},
    "core.publishing.networks.site": set(),
    "storage.blobs.cloudinary": {"httpx2"},
    "storage.blobs.local": set(),
    "storage.blobs.s3": {"boto3", "botocore", "types_boto3_s3"},
    "bot.surfaces.discord": {"discord", "aiohttp", "yarl"},  # aiohttp, yarl: discord.py's own
    "bot.surfaces.slack": {"slack_bolt", "slack_sdk", "aiohttp", "starlette", "emoji"},
    "bot.surfaces.web": {"fastapi", "starlette", "jinja2", "markupsafe", "python_multipart"},
}
"""What each leaf may import beside core and `CORE_MAY`."""

SHARED = {
    # One company's API, its pictures and its words.
    "core.generation.providers.openai_words": {"core.generation.providers.openai"},
    # What is called by plain HTTP, and what reads more than words out of a prompt.
    "core.generation.providers.compatible": {
        "core.generation.providers.calls",
        "core.generation.providers.plain_words",
    },
    "core.generation.providers.diffusion": {
        "core.generation.providers.calls",
        "core.generation.providers.plain_words",
    },
    "core.generation.providers.replicate": {"core.generation.providers.calls"},
    "core.generation.providers.stability": {"core.generation.providers.calls"},
    # One company's API under two of its networks.
    "core.publishing.networks.facebook": {"core.publishing.networks.meta"},
    "core.publishing.networks.instagram": {"core.publishing.networks.meta"},
    # Addresses of local pictures are signed.
    "storage.blobs.local": {"storage.secrets"},
}
JOINERS = {
    "bot.wiring",  # the composition root
    "bot.offers",  # its registry of providers
    "bot.pages",  # hands the running desk, which wiring makes, to the page's application
    "bot.manifests",  # works before there is a token, and so before wiring has a surface
}


@dataclass(frozen=True)
class Import:
    """`importer` (a module) imports `imported` (a module, or a name in one)."""

    importer: str
    imported: str

    @property
    def package(self) -> str:
        """The distribution or layer that is imported."""
        return self.imported.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def leaf_of(module: str) -> str:
    """The leaf that a module belongs to, "" for the rest. A surface is a package, others a file."""
    for room in LEAVES:
        if module.startswith(f"{room}."):
            return ".".join(module.split(".")[: room.count(".") + 2])
    return ""


def imports() -> Iterator[Import]:
    """Every import of the product, the standard library's left out."""
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            package = parts[:-1]
            module = ".".join(package if parts[-1] == "__init__" else parts)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for name in imported(node, package):
                    if name.partition(".")[0] not in sys.stdlib_module_names:
                        yield Import(module, name)


def imported(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """The modules and names that a statement imports, by their full names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    origin = package[: len(package) - node.level + 1] if node.level else ()
    start = ".".join([*origin, *([node.module] if node.module else [])])
    return [f"{start}.{alias.name}" for alias in node.names]


ALL = sorted(imports(), key=str)


def test_all_rooms_are_read() -> None:
    """Absolute, relative and inner imports are seen; reading nothing would prove nothing."""
    seen = {str(each) for each in ALL}
    assert "bot.wiring imports bot.surfaces.slack.Slack" in seen
    assert "bot.surfaces.slack.surface imports bot.surfaces.slack.calls.make_client" in seen
    assert "storage.blobs.s3 imports types_boto3_s3.S3Client" in seen
    assert {each.importer.partition(".")[0] for each in ALL} == set(LAYERS)


def test_layers_look_down_only() -> None:
    """`bot` → `storage` → `core`, never back, and nobody imports tests."""
    order = {layer: place for place, layer in enumerate(LAYERS)} | {"tests": 9, "bench": 9}
    breaches = [
        str(each)
        for each in ALL
        if order.get(each.package, 0) > order[each.importer.partition(".")[0]]
    ]
    assert breaches == []


def test_core_knows_no_outside() -> None:
    """Leaves apart, core imports the standard library, pydantic, Pillow and structlog."""
    breaches = [
        str(each)
        for each in ALL
        if each.importer.startswith("core.") and not leaf_of(each.importer)
        if each.package not in {"core", *CORE_MAY}
    ]
    assert breaches == []


def test_only_wiring_imports_leaves() -> None:
    """What is configurable is chosen in one place."""
    breaches = [
        str(each)
        for each in ALL
        if leaf_of(each.imported) and not leaf_of(each.importer) and each.importer not in JOINERS
    ]
    assert breaches == []


def test_leaves_know_core_and_their_own_sdk_only() -> None:
    """Taking one leaf away breaks no other, and an SDK stays where it belongs."""
    breaches = []
    for each in ALL:
        leaf = leaf_of(each.importer)
        if not leaf or leaf_of(each.imported) == leaf:
            continue
        shared = any(each.imported.startswith(f"{name}.") for name in SHARED.get(leaf, ()))
        known = {"core", *CORE_MAY, *SDKS.get(leaf, ())}
        if not shared and (each.package not in known or leaf_of(each.imported)):
            breaches.append(str(each))
    assert breaches == []


@pytest.mark.parametrize("leaf", sorted(SDKS))
def test_every_leaf_named_here_exists(leaf: str) -> None:
    """The table above speaks of this product."""
    path = ROOT.joinpath(*leaf.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("joiner", sorted(JOINERS))
def test_every_joiner_is_needed(joiner: str) -> None:
    """An exception that nobody uses any more is taken away."""
    assert any(each.importer == joiner and leaf_of(each.imported) for each in ALL)


def test_no_module_is_named_after_nothing() -> None:
    """Modules are nouns of the domain."""
    shunned = {"utils", "util", "helpers", "manager", "base", "common", "service", "misc"}
    named = [
        str(path.relative_to(ROOT))
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*.py")
        if path.stem in shunned or path.parent.name in shunned
    ]
    assert named == []
