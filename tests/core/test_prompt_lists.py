"""Prompt lists: what is pasted or brought becomes orders, and each mistake is told by its row."""

import csv
import io
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.generation.batches import patterns
from core.generation.batches.planning import MOST, Common, Plan, plan_batch
from core.generation.batches.rows import MOST_BYTES, Row, read_file, read_lines
from core.generation.prices import read_catalogue

CATALOGUE = read_catalogue()
MODELS = CATALOGUE.of("openai")

WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(
    lambda text: text.strip() == text and text[0] != "\ufeff"
)


def plan(rows: list[Row], common: Mapping[str, str] | None = None, **words: str) -> Plan:
    """The plan of a list, with the catalogue's models."""
    return plan_batch(rows, Common(common or {}, **words), CATALOGUE, MODELS, "")


def refusal(name: str, data: bytes) -> UserError:
    """Why a file is refused."""
    with pytest.raises(UserError) as refused:
        read_file(name, data)
    return refused.value


@given(st.lists(WORDS.filter(lambda text: len(text.splitlines()) == 1)))
def test_each_line_is_a_prompt(lines: list[str]) -> None:
    """Whatever stands in a line, it is read as it is, and numbered as an editor numbers it."""
    text = "\n\n".join(lines)
    rows = read_lines(text)
    assert [row.prompt for row in rows] == lines
    assert [row.number for row in rows] == [2 * place + 1 for place in range(len(lines))]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1), st.sampled_from(["csv", "tsv"]))
def test_a_table_is_read_as_it_was_written(cells: list[tuple[str, str]], kind: str) -> None:
    """Commas, quotes and letters of any script come back as they were."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="," if kind == "csv" else "\t")
    writer.writerows([("Prompt", "Colour"), *cells])
    rows = read_file(f"list.{kind}", text.getvalue().encode())
    assert [(row.prompt, row.fields["colour"]) for row in rows] == cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_spreadsheets_encodings_are_understood(encoding: str) -> None:
    """What Excel writes, with its semicolons and byte order marks."""
    data = "prompt;size\r\nein Fuchs über Köln;1024x1792\r\n".encode(encoding)
    assert read_file("list.csv", data) == [Row(2, "ein Fuchs über Köln", {"size": "1024x1792"})]


def test_lines_of_different_encodings_are_each_understood() -> None:
    """A list that was put together from two files."""
    data = "Köln\n".encode() + "Zürich\n".encode("cp1252")
    assert [row.prompt for row in read_file("list.txt", data)] == ["Köln", "Zürich"]


def test_json_holds_prompts_or_objects() -> None:
    """Both may stand in one list; numbers are written out."""
    data = json.dumps(["a fox", {"Prompt": "an owl", "count": 2, "style": None}]).encode()
    assert read_file("list.json", data) == [Row(1, "a fox"), Row(2, "an owl", {"count": "2"})]


def test_a_json_field_may_hold_several_values() -> None:
    """They are written out with commas, as in a table's cell."""
    data = json.dumps([{"prompt": "a fox", "reference": [12, None, "13"]}]).encode()
    assert read_file("list.json", data) == [Row(1, "a fox", {"reference": "12, 13"})]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("list.xlsx", b"PK\x03\x04", "list_kind_unknown"),
        ("list", b"a fox", "list_kind_unknown"),
        ("list.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "list_binary"),
        ("list.csv", b"\xff\xfe\x00\xd8\x00", "list_binary"),
        ("list.csv", b"name,size\nfox,1024x1024\n", "list_without_prompts"),
        ("list.csv", b"", "list_without_prompts"),
        ("list.json", b'{"prompt": "a fox"}', "list_broken"),
        ("list.json", b'["a fox", 7]', "list_broken"),
        ("list.json", b'[{"name": "a fox"}]', "list_without_prompts"),
        ("list.json", b"[" * 100_000, "list_broken"),
        ("list.txt", b"a fox\n" * (MOST_BYTES // 6 + 1), "list_too_big"),
    ],
)
def test_a_file_that_is_no_list_is_refused(name: str, data: bytes, code: str) -> None:
    """With the reason, and before anything of it is used."""
    assert refusal(name, data).code == code


def test_a_row_that_spans_lines_is_numbered_by_its_first() -> None:
    """As the person sees it in the file."""
    data = b'prompt,size\n"a fox\nat dusk",1024x1024\nan owl,1024x1024\n'
    assert [row.number for row in read_file("list.csv", data)] == [2, 4]


def test_choices_become_prompts() -> None:
    """Every combination, the last choice changing fastest."""
    found = list(patterns.expand("a {red, green} bird {at dawn, at dusk}"))
    assert found == [
        "a red bird at dawn",
        "a red bird at dusk",
        "a green bird at dawn",
        "a green bird at dusk",
    ]


@given(
    st.lists(
        st.lists(
            WORDS.map(lambda text: text.translate(dict.fromkeys(b"{},\\"))), min_size=1, max_size=4
        ),
        max_size=4,
    )
)
def test_as_many_prompts_come_as_were_counted(choices: list[list[str]]) -> None:
    """The number is known before the first is written."""
    prompt = " ".join("{" + ",".join(choice) + "}" for choice in choices) or "a fox"
    assert len(list(patterns.expand(prompt))) == patterns.count(prompt)


@pytest.mark.parametrize(
    "prompt", ["a {red, {light, dark} green} bird", "a {red bird", "a red} bird"]
)
def test_braces_without_sense_are_refused(prompt: str) -> None:
    """Nested ones, and those without their other half."""
    with pytest.raises(UserError) as refused:
        patterns.count(prompt)
    assert refused.value.code == "braces_wrong"


def test_a_brace_behind_a_backslash_is_a_sign() -> None:
    """So that one can be drawn."""
    assert list(patterns.expand(r"the letter \{ and \}")) == ["the letter { and }"]


def test_columns_fill_the_prompt_as_they_are() -> None:
    """Their own braces and commas mean nothing."""
    filled = patterns.fill("{{Name}} in {red, blue}", {"name": "{x, y}"})
    assert list(patterns.expand(filled)) == ["{x, y} in red", "{x, y} in blue"]


def test_rows_override_what_is_common() -> None:
    """Size, style, quality, model and count; prefix and suffix stand around each prompt."""
    rows = [
        Row(2, "a fox"),
        Row(
            3, "an owl", {"size": "1024x1792", "count": "2", "quality": "high", "style": "vintage"}
        ),
    ]
    made = plan(rows, {"quality": "low"}, prefix="Photo of", suffix="on white")
    assert [(picture.row, picture.order.prompt) for picture in made.pictures] == [
        (2, "Photo of a fox on white"),
        (3, "Photo of an owl on white"),
        (3, "Photo of an owl on white"),
    ]
    assert [picture.order.quality for picture in made.pictures] == ["low", "high", "high"]
    assert made.pictures[1].order.size == "1024x1792"
    assert made.pictures[1].order.count == 1
    assert made.estimate == 6_000 + 2 * 52_700
    assert made.duplicates == []


def test_a_row_may_be_made_from_pictures_of_the_library() -> None:
    """One or several, each once; each adds to the row's price."""
    rows = [Row(1, "a fox"), Row(2, "it in snow", {"reference": "12"})]
    rows.append(Row(3, "it in {rain, fog}", {"reference": "#12, 13 12"}))
    made = plan(rows, {"quality": "low"})
    assert [one.order.references for one in made.pictures] == [(), (12,), (12, 13), (12, 13)]
    assert [one.order.price for one in made.pictures] == [6_000, 14_192, 22_384, 22_384]
    assert made.references == {12, 13}
    assert made.wrong == 0


def test_rows_whose_pictures_are_missing_are_told_among_the_others() -> None:
    """By their numbers, once each however many pictures they would make."""
    rows = [
        Row(1, "it in {rain, fog}", {"reference": "12, 13"}),
        Row(2, "a fox", {"reference": "fox"}),
        Row(3, "a fox", {"reference": " ".join(map(str, range(1, 18)))}),
        Row(4, "a fox", {"reference": "13"}),
        Row(5, "a fox", {"reference": "12"}),
        Row(6, "a fox"),
    ]
    made = plan(rows).without({13, 14})
    assert [(problem.row, problem.trouble.code) for problem in made.problems] == [
        (1, "reference_unknown"),
        (2, "reference_wrong"),
        (3, "references_many"),
        (4, "reference_unknown"),
    ]
    assert made.problems[0].trouble.facts == {"reference": 13}
    assert made.wrong == 4
    assert [picture.row for picture in made.pictures] == [5, 6]


def test_a_comma_behind_each_prompt_stands_right_behind_it() -> None:
    """As one writes it; other words are set apart."""
    for suffix, prompt in ((", soft light", "a fox, soft light"), ("at dusk", "a fox at dusk")):
        (made,) = plan([Row(1, "a fox")], suffix=suffix).pictures
        assert made.order.prompt == prompt


def test_every_wrong_row_is_told_by_its_number() -> None:
    """And the good ones are planned all the same."""
    rows = [
        Row(1, "a fox"),
        Row(2, ""),
        Row(3, "an owl", {"size": "1x1"}),
        Row(4, "an owl", {"count": "0"}),
        Row(5, "an owl {"),
        Row(6, "{{who}}", {"size": "1024x1024"}),
        Row(37, "x" * 32_001),
        Row(38, "hentai"),
    ]
    made = plan(rows)
    assert [(problem.row, problem.trouble.code) for problem in made.problems] == [
        (2, "prompt_empty"),
        (3, "size_unknown"),
        (4, "count_wrong"),
        (5, "braces_wrong"),
        (6, "column_unknown"),
        (37, "prompt_too_long"),
        (38, "prompt_blocked"),
    ]
    assert [picture.row for picture in made.pictures] == [1]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "list_empty"),
        ([Row(number, f"fox {number}") for number in range(MOST + 1)], "list_too_long"),
        ([Row(1, "{a, b, c, d, e, f, g, h, i, j}" * 6)], "list_too_long"),
    ],
)
def test_a_list_of_no_size_is_refused_whole(rows: list[Row], code: str) -> None:
    """Nothing, 1,001 prompts, or a million combinations, which are counted and not written."""
    with pytest.raises(UserError) as refused:
        plan(rows)
    assert refused.value.code == code


def test_a_thousand_prompts_are_a_batch() -> None:
    """The most that one may have."""
    made = plan([Row(number, f"fox {number}") for number in range(MOST)])
    assert len(made.pictures) == MOST
    assert made.duplicates == []


def test_rows_that_ask_for_the_same_are_told_but_copies_are_wanted() -> None:
    """By the row that comes later, once for each picture of it."""
    rows = [Row(1, "a fox"), Row(2, "an owl", {"count": "3"}), Row(4, "a {fox, hare}")]
    assert plan([*rows, Row(9, "an owl", {"count": "2"})]).duplicates == [4, 9, 9]
