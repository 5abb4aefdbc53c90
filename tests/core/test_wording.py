"""Every reason code has its sentence, and every sentence can be filled.

The product's own source is read: whoever raises a new code, or gives other facts with an old one,
hears of it here.
"""

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import Trouble
from core.wording.errors import SENTENCES, sentence

ROOT = Path(__file__).resolve().parents[2]
WORDING = ROOT / "core/wording/errors.py"
CARRIERS = {"UserError", "TryLater", "ActionNeeded", "OutcomeUnknown", "Trouble"}
NOT_FACTS = {"after"}


@dataclass(frozen=True)
class Site:
    """A place that names a reason code, with the facts that it gives; `open` where it gives more
    than can be read off the source (`**facts`, a table), so that its whole module is asked.
    """

    where: str
    code: str
    facts: frozenset[str]
    open: bool


def sites(path: Path) -> Iterator[Site]:
    """All places of a module that name reason codes."""
    tree = ast.parse(path.read_text("utf-8"))
    tables = constants(tree)
    known = keys(tree)
    for node in ast.walk(tree):
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and name_of(node.func) in CARRIERS and node.args:
            given = {word.arg for word in node.keywords if word.arg}
            dynamic = any(word.arg is None for word in node.keywords) or len(node.args) > 1
            facts = frozenset(given - NOT_FACTS | (known if dynamic else set()))
            for code in codes(node.args[0], tables):
                yield Site(where, code, facts, dynamic)
        elif isinstance(node, ast.Tuple) and len(node.elts) > 1 and is_row(node):
            for code in codes(node.elts[1], tables):
                yield Site(where, code, frozenset(known), True)


def is_row(node: ast.Tuple) -> bool:
    """Whether this is `(ActionNeeded, "code", …)`, a row of an adapter's table."""
    return name_of(node.elts[0]) in CARRIERS and isinstance(node.elts[1], ast.Constant)


def codes(node: ast.expr, tables: dict[str, ast.expr]) -> Iterator[str]:
    """The codes that an expression may come to: itself, both sides of a choice, a table's values,
    a constant's text.
    """
    parts: list[ast.expr] = []
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp():
            parts = [node.body, node.orelse]
        case ast.BoolOp() | ast.Dict():
            parts = node.values
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *rest]):
            parts = [table, *rest]
        case ast.Subscript():
            parts = [node.value]
        case ast.Name(id=name) if name in tables:
            parts = [tables[name]]
    for part in parts:
        yield from codes(part, tables)


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The module's own constants."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def keys(tree: ast.Module) -> set[str]:
    """Every fact that a module can give: keys of its dictionaries, and named arguments."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            found |= {key.value for key in node.keys if is_text(key)}  # type: ignore[union-attr]  # is_text says so
        elif isinstance(node, ast.Call):
            found |= {word.arg for word in node.keywords if word.arg}
    return found


def is_text(node: ast.expr | None) -> bool:
    """Whether this is a text that stands in the source."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name, "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def modules() -> list[Path]:
    """The product's source, its sentences left out."""
    found = [path for room in ("bot", "core", "storage") for path in (ROOT / room).rglob("*.py")]
    return sorted(path for path in found if path != WORDING)


def placeholders(template: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


SITES = [site for path in modules() for site in sites(path)]


def test_the_source_is_really_read() -> None:
    """Literal codes, tables and choices are all found; an empty reading would prove nothing."""
    found = {site.code for site in SITES}
    assert {"prompt_empty", "network_busy", "chat_not_invited", "redis_missing"} <= found
    assert len(found) > 60


def test_every_code_has_a_sentence() -> None:
    """Nobody is ever told a bare code."""
    assert sorted({f"{s.where} {s.code}" for s in SITES if s.code not in SENTENCES}) == []


def test_every_sentence_is_filled_wherever_its_code_is_raised() -> None:
    """A sentence that names a fact finds it at each place that raises its code."""
    lacking = [
        f"{site.where} {site.code} lacks {sorted(missing)}"
        for site in SITES
        if (missing := placeholders(SENTENCES.get(site.code, "")) - site.facts)
    ]
    assert sorted(lacking) == []


def test_no_sentence_is_unused() -> None:
    """Each sentence's code stands somewhere in the product."""
    texts = {
        node.value
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(SENTENCES) - texts) == []


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentences_are_sentences(code: str) -> None:
    """Each ends like one, begins with a capital or a fact, and holds no code words."""
    template = SENTENCES[code]
    assert template.rstrip().endswith((".", "}")), template
    assert template[0].isupper() or template[0] in "{“", template
    said = string.Formatter().vformat(template, (), Blank())
    assert not [word for word in said.split() if "_" in word and not word.isupper()], template


class Blank(dict[str, str]):
    """Fills every placeholder with nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def test_facts_are_written_for_people() -> None:
    """Lists are joined, money is money, problems stand in lines, what was typed is not repeated at
    any length, and a lacking fact is unknown.
    """
    lists = sentence(
        Trouble("size_unknown", {"model": "flare", "size": "9x9", "sizes": ["a", "b"]})
    )
    assert lists == "flare does not make 9x9. It makes: a, b."
    money = sentence(Trouble("budget_spent", {"budget": 5_000_000, "left": 0, "asked": 13_200}))
    assert "$5.00" in money
    problems = sentence(Trouble("settings_wrong", {"problems": ["A: x", "B: y"]}))
    assert problems.endswith("\n  A: x\n  B: y")
    assert "unknown" in sentence(Trouble("style_unknown", {"styles": []}))
    typed = sentence(Trouble("style_unknown", {"style": "x" * 5000, "styles": ["vintage"]}))
    assert typed.endswith("There are: vintage.")
    assert len(typed) < 400
    assert sentence(Trouble("never_heard_of", {"it": 1})) == "Never heard of. it: 1"


@pytest.mark.parametrize(
    "room", sorted((ROOT / "core/wording").glob("*.py")), ids=lambda it: it.stem
)
def test_a_room_gives_each_name_once(room: Path) -> None:
    """A second sentence of the same name would quietly be said in place of the first."""
    tree = ast.parse(room.read_text("utf-8"))
    targets = [
        target
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    assert sorted(names) == sorted(set(names))
