"""Encryption of tokens and keys, signatures of links, and the key that both come from.

Owns the only use of `SECRET_KEY`: from it, HKDF derives one key per purpose, so that a signature
made for one purpose is worthless for another and never helps against the encryption. It must not
know what is sealed or signed, nor where it is kept.
"""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import ActionNeeded

NONCE_BYTES = 12  # what GCM wants; random ones are safe for 2^32 seals a key (NIST SP 800-38D §8.3)
KEY_FILE = "secret.key"
"""In the data folder, where no `SECRET_KEY` is set."""


class Vault:
    """Seals and signs with keys derived from `secret_key`, which may be any text but empty.

    Sealed texts and signatures are valid in every process that has the same secret key. What was
    sealed or signed with one of `olds` still opens and holds, until `reseal` has been everywhere.
    """

    def __init__(self, secret_key: str, olds: tuple[str, ...] = ()) -> None:
        if not secret_key:
            raise ValueError("an empty secret key protects nothing")
        self._secret = secret_key.encode()
        self._cipher = AESGCM(self._derive("seal"))
        self._version = self._derive("version").hex()[:8]
        self._olds = tuple(Vault(old) for old in olds if old and old != secret_key)

    def seal(self, plain: str, context: str) -> str:
        """Encrypt `plain` so that it opens only under the same `context`.

        `context` names the row and column it belongs to (say business id, purpose and id, joined
        by `/`): a sealed text that was moved to another row no longer opens. The result is ASCII,
        `{key version}.{base64url}`; each call gives another one.
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plain.encode(), context.encode())
        return f"{self._version}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """Decrypt what `seal` made under the same `context`.

        Raises ActionNeeded("secret_unreadable"), where `other_key` tells that it was sealed with a
        different `SECRET_KEY`; otherwise it was moved or altered.
        """
        version, _, text = sealed.partition(".")
        if version != self._version:
            for old in self._olds:
                if old.is_current(sealed):
                    return old.open(sealed, context)
            raise ActionNeeded("secret_unreadable", other_key=True)
        try:
            data = base64.b64decode(text, altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise ActionNeeded("secret_unreadable", other_key=False) from error
        return plain.decode()

    def can_open(self, sealed: str, context: str) -> bool:
        """Whether `open` would."""
        try:
            self.open(sealed, context)
        except ActionNeeded:
            return False
        return True

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the secret key itself, not with an old one."""
        return sealed.partition(".")[0] == self._version

    def reseal(self, sealed: str, context: str) -> str:
        """The same secret under the secret key of today; as it is where it is that already. Raises
        as `open`.
        """
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, context), context)

    def sign(self, text: str, purpose: str) -> str:
        """The signature of `text` for `purpose` ("media", "session", "csrf" …), safe in URLs."""
        digest = hmac.new(self._derive(f"sign {purpose}"), text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def verify(self, text: str, signature: str, purpose: str) -> bool:
        """Whether `signature` is that of `text` for `purpose`, compared in constant time."""
        if hmac.compare_digest(self.sign(text, purpose).encode(), signature.encode()):
            return True
        return any(old.verify(text, signature, purpose) for old in self._olds)

    def _derive(self, purpose: str) -> bytes:
        info = f"imagedesk {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._secret)


def read_or_make_key(data_dir: Path) -> str:
    """The secret key of this data folder, made at the first call and the same ever after.

    It stands in `secret.key`, readable by its owner alone. Several processes may call this at once
    on a new folder: all get the key of the one that came first. Raises
    ActionNeeded("secret_key_unreadable" | "data_dir_not_writable", path=…).
    """
    file = data_dir / KEY_FILE
    try:
        if not file.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make_key(file)
    except OSError as error:
        raise ActionNeeded("data_dir_not_writable", path=str(data_dir)) from error
    try:
        key = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ActionNeeded("secret_key_unreadable", path=str(file)) from error
    if not key:
        raise ActionNeeded("secret_key_unreadable", path=str(file))
    return key


def _make_key(file: Path) -> None:
    # Linking a finished file, unlike writing it in place, never shows a half-written key to
    # another process, and fails where one already stands.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secret")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as fresh:
            fresh.write(secrets.token_urlsafe(48))
            fresh.flush()
            os.fsync(fresh.fileno())
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
