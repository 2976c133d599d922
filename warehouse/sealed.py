"""Stored files, encrypted in frames: written and read as a stream, in constant memory, nothing of them in the clear.

A header (magic, key id, salt), then frames of AES-256-GCM. Each file has a key of its own, made from the ring's store key
and the salt, so that a frame's number is nonce enough; the number tells frames put in another order, the last frame's
mark a file cut short, and the address (the hash of the plain file), bound to every frame, one file put in another's
place. Elsewhere: where files stand (`store.py`), the keys (`keys.py`).
"""

from __future__ import annotations

import hmac
import io
import secrets
from typing import IO, TYPE_CHECKING, Any

from warehouse.errors import StoreDamaged
from warehouse.keys import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"\x89kho138s1"
FRAME = 1 << 18
_TAG = 16
_SALT = 16


class SealedWriter:
    """Takes plain bytes and writes frames; `finish` writes the last, without which the file does not open."""

    def __init__(self, target: IO[bytes], key: Key, address: str) -> None:
        name, salt = key.key_id.encode(), secrets.token_bytes(_SALT)
        header = MAGIC + bytes([len(name)]) + name + salt
        self._target, self._cipher = target, _cipher(key, salt)
        self._bound = header + address.encode()
        self._waiting, self._number = bytearray(), 0
        target.write(header)

    def write(self, data: bytes) -> None:
        self._waiting += data
        # The last frame may be full, so one is held back.
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), is_last=False)
            del self._waiting[:FRAME]

    def finish(self) -> None:
        self._frame(bytes(self._waiting), is_last=True)

    def _frame(self, plain: bytes, *, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last), plain, self._bound))
        self._number += 1


class SealedReader(io.RawIOBase):
    """The plain bytes of frames, in order; raises StoreDamaged at the first that is not as it was written."""

    def __init__(self, source: IO[bytes], header: bytes, cipher: AESGCM, address: str) -> None:
        self._source, self._cipher, self._address = source, cipher, address
        self._bound = header + address.encode()
        self._number, self._ended = 0, False
        self._next = source.read(FRAME + _TAG)
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._plain and not self._ended:
            self._plain = memoryview(self._frame())
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def close(self) -> None:
        self._source.close()
        super().close()

    def _frame(self) -> bytes:
        from cryptography.exceptions import InvalidTag

        frame, self._next = self._next, self._source.read(FRAME + _TAG)
        self._ended = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._number, self._ended), frame, self._bound)
        except (InvalidTag, ValueError):
            raise damaged(self._address) from None
        self._number += 1
        return plain


def open_sealed(source: IO[bytes], ring: Callable[[str], Key], address: str) -> IO[bytes]:
    """A stored file for reading, whichever way it was kept: homes made before keys hold plain files.

    `ring` gives the key of an id.
    """
    magic = source.read(len(MAGIC))
    if magic != MAGIC:
        source.seek(0)
        return source
    length = source.read(1)
    name = source.read(length[0]) if length else b""
    salt = source.read(_SALT)
    if len(salt) != _SALT:
        raise damaged(address)
    key = ring(name.decode("ascii", errors="replace"))
    reader = SealedReader(source, magic + length + name + salt, _cipher(key, salt), address)
    return io.BufferedReader(reader, FRAME)


def key_id_of(source: IO[bytes]) -> str | None:
    """The id of the key that a stored file is sealed with; None for a plain one."""
    if source.read(len(MAGIC)) != MAGIC:
        return None
    length = source.read(1)
    return source.read(length[0] if length else 0).decode("ascii", errors="replace")


def damaged(address: str) -> StoreDamaged:
    return StoreDamaged(
        f"The stored file {address} was changed after it was stored: restore it from a backup.",
        vi=f"Tệp lưu {address} đã bị thay đổi sau khi lưu: hãy khôi phục từ bản sao lưu.",
    )


def _cipher(key: Key, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(key.material, MAGIC + salt, "sha256"))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])
