"""Sealing and signing: what opens, what does not, and where the key comes from."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ActionNeeded
from storage.secrets import Vault, read_or_make_key

VAULT = Vault("a secret key of some length")


def test_opens_what_it_sealed() -> None:
    """A text comes back as it was, whatever it holds, in every process with the same key."""
    sealed = VAULT.seal("sk-ünïcode-🔑", "1/openai/7")
    assert Vault("a secret key of some length").open(sealed, "1/openai/7") == "sk-ünïcode-🔑"


def test_shows_nothing_of_what_it_sealed() -> None:
    """Neither the text nor its being the same again can be seen from outside."""
    first, second = VAULT.seal("sk-canary", "1/openai/7"), VAULT.seal("sk-canary", "1/openai/7")
    assert first != second
    assert "canary" not in first
    assert first.isascii()


@pytest.mark.parametrize("context", ["2/openai/7", "1/replicate/7", "1/openai/8", ""])
def test_does_not_open_what_was_moved(context: str) -> None:
    """A sealed text put into another business's, purpose's or key's row stays shut."""
    sealed = VAULT.seal("sk-canary", "1/openai/7")
    with pytest.raises(ActionNeeded) as refusal:
        VAULT.open(sealed, context)
    assert (refusal.value.code, refusal.value.facts) == (
        "secret_unreadable",
        {"other_key": False},
    )


@pytest.mark.parametrize(
    "harm",
    [
        lambda sealed: sealed[:-6] + "AAAA" + sealed[-2:],
        lambda sealed: sealed[:12],
        lambda sealed: sealed + "!",
        lambda sealed: sealed.partition(".")[0] + ".",
        lambda _: "",
        lambda _: "never sealed",
        lambda sealed: sealed.replace(".", ".é"),
    ],
)
def test_does_not_open_what_was_altered(harm: Callable[[str], str]) -> None:
    """Whatever is done to a sealed text, it does not open, and says so in our own words."""
    with pytest.raises(ActionNeeded, match="secret_unreadable"):
        VAULT.open(harm(VAULT.seal("sk-canary", "1/openai/7")), "1/openai/7")


def test_tells_another_key_from_damage() -> None:
    """What was sealed under another SECRET_KEY is recognised, so that the admin hears why."""
    with pytest.raises(ActionNeeded) as refusal:
        Vault("another key").open(VAULT.seal("sk-canary", "x"), "x")
    assert refusal.value.facts == {"other_key": True}


def test_knows_its_own_signatures_only() -> None:
    """A signature holds for its text, its purpose and its key."""
    signature = VAULT.sign("text", "media")
    assert VAULT.verify("text", signature, "media")
    assert not VAULT.verify("other text", signature, "media")
    assert not VAULT.verify("text", signature, "session")
    assert not VAULT.verify("text", signature[:-1], "media")
    assert not VAULT.verify("text", "ünsigned", "media")
    assert not Vault("another key").verify("text", signature, "media")


def test_refuses_an_empty_key() -> None:
    """An empty key would protect nothing."""
    with pytest.raises(ValueError, match="empty"):
        Vault("")


def test_makes_a_key_once(tmp_path: Path) -> None:
    """A new folder gets a key, readable by its owner alone, and keeps it."""
    key = read_or_make_key(tmp_path / "data")
    assert len(key) >= 64
    assert read_or_make_key(tmp_path / "data") == key
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_makes_one_key_for_all_who_come_together(tmp_path: Path) -> None:
    """Bot, worker and web that start at once on a new folder agree on one key."""
    with ThreadPoolExecutor(16) as together:
        keys = set(together.map(read_or_make_key, [tmp_path] * 64))
    assert len(keys) == 1


def test_says_that_it_cannot_make_a_key(tmp_path: Path) -> None:
    """A folder that cannot be written is named."""
    (tmp_path / "file").touch()
    with pytest.raises(ActionNeeded, match="data_dir_not_writable"):
        read_or_make_key(tmp_path / "file" / "data")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe"])
def test_does_not_replace_a_damaged_key(tmp_path: Path, content: bytes) -> None:
    """A key file that holds no key is reported, never overwritten: what it sealed would be lost."""
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(ActionNeeded, match="secret_key_unreadable"):
        read_or_make_key(tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == content


def test_old_keys_open_until_all_is_sealed_anew() -> None:
    """What an old key sealed and signed holds; sealed anew, it needs the old one no more."""
    before, new = Vault("the old key"), Vault("the new key")
    both = Vault("the new key", ("an older key", "the old key"))
    sealed = before.seal("sk-canary", "1/openai/7")
    assert both.open(sealed, "1/openai/7") == "sk-canary"
    assert both.verify("text", before.sign("text", "media"), "media")
    assert not both.verify("text", before.sign("text", "media"), "session")
    assert not both.is_current(sealed)
    again = both.reseal(sealed, "1/openai/7")
    assert new.open(again, "1/openai/7") == "sk-canary"
    assert both.reseal(again, "1/openai/7") == again


def test_an_old_key_does_not_open_what_was_moved() -> None:
    """The context binds also what an old key sealed; nothing is sealed anew that does not open."""
    both = Vault("the new key", ("the old key",))
    sealed = Vault("the old key").seal("sk-canary", "1/openai/7")
    assert not both.can_open(sealed, "2/openai/7")
    with pytest.raises(ActionNeeded, match="secret_unreadable"):
        both.reseal(sealed, "2/openai/7")
