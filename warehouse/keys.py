"""The key ring: the keys that no database and no backup of one holds, in one file that only its owner reads.

Here: the file, its keys by purpose, pseudonyms, and errors that say what a lost ring costs. Elsewhere: framing of stored
files (`sealed.py`), the ring held to its database (`ingestion.vault_keys`). Which keys are in force the database
says (`vault.key`): it changes in one transaction with what is encrypted under them; the file's own states tell it only
of the store.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from warehouse.errors import KeysUnavailable
from warehouse.files import create_once, write_atomically

Purpose = Literal["vault", "store", "national_id", "person"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""`vault` and `store` encrypt (AES-256-GCM), the others make pseudonyms (HMAC-SHA256): a key a purpose, so that two
columns made from one number cannot be joined."""
State = Literal["active", "pending", "retired"]

_BYTES = 32
_CHECKED = b"kho138 key check"


@dataclass(frozen=True)
class Key:
    """A key; its material is never shown. `pending`: of a rotation that is under way; `retired`: only reads."""

    key_id: str
    purpose: Purpose
    created_at: datetime
    state: State
    material: bytes = field(repr=False)

    @property
    def check_value(self) -> bytes:
        """Tells whether a ring holds the very key that the database knows, and nothing of the key."""
        return hmac.digest(self.material, _CHECKED, "sha256")

    def pseudonym(self, value: str) -> str:
        """`<key>.<HMAC-SHA256>`: equal for equal values under this key alone; the key's short name says which."""
        digest = hmac.digest(self.material, value.encode(), "sha256")
        return f"{self.key_id[-8:]}.{base64.urlsafe_b64encode(digest)[:-1].decode()}"


def new_key(purpose: Purpose, now: datetime, state: State = "active") -> Key:
    return Key(f"{purpose}-{secrets.token_hex(4)}", purpose, now, state, secrets.token_bytes(_BYTES))


@dataclass(frozen=True)
class KeyRing:
    """The keys of one file. A value: what changes is a new ring, which is then saved."""

    path: Path
    keys: tuple[Key, ...]

    def active(self, purpose: Purpose) -> Key:
        return next(k for k in self.keys if k.purpose == purpose and k.state == "active")

    def get(self, key_id: str) -> Key:
        """The key of that id; raises KeysUnavailable where the ring has no such key."""
        found = next((k for k in self.keys if k.key_id == key_id), None)
        if found is None:
            raise another_ring(self.path)
        return found

    @property
    def pending(self) -> tuple[Key, ...]:
        return tuple(k for k in self.keys if k.state == "pending")

    def with_pending(self, keys: Iterable[Key]) -> KeyRing:
        """The ring with new keys that wait for their commit; those of an earlier try that never committed go."""
        return replace(self, keys=(*(k for k in self.keys if k.state != "pending"), *keys))

    def settled(self, in_force: Collection[str], kept: Collection[str] = ()) -> KeyRing:
        """The ring after a commit: keys in force are active, `kept` ones only read, all others are destroyed."""
        return replace(
            self,
            keys=tuple(
                replace(k, state="active" if k.key_id in in_force else "retired")
                for k in self.keys
                if k.key_id in in_force or k.key_id in kept
            ),
        )

    def save(self) -> None:
        write_atomically(self.path, _as_text(self.keys))


def load_ring(path: Path) -> KeyRing:
    """The ring of a file; raises KeysUnavailable when it is missing, open to others, or no ring."""
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise KeysUnavailable(
                f"The key ring {path} can be read by others: close it (chmod 600) and find out who read it.",
                vi=f"Tệp khóa {path} đang mở cho người khác đọc: hãy đóng lại (chmod 600) và kiểm tra ai đã đọc.",
            )
        data = json.loads(path.read_text(encoding="utf-8"))
        keys = tuple(
            Key(
                key_id=str(row["key_id"]),
                purpose=row["purpose"],
                created_at=datetime.fromisoformat(row["created_at"]),
                state=row["state"],
                material=base64.b64decode(row["material"], validate=True),
            )
            for row in data["keys"]
        )
        active = sorted(k.purpose for k in keys if k.state == "active")
        sound = all(len(k.material) == _BYTES and k.state in get_args(State) for k in keys)
        if active != sorted(PURPOSES) or not sound:
            raise ValueError("not a ring")
    except FileNotFoundError:
        raise _lost(f"The key ring {path} is missing", f"Không tìm thấy tệp khóa {path}") from None
    except (OSError, ValueError, KeyError, TypeError, binascii.Error):
        raise _lost(f"The key ring {path} cannot be read", f"Không đọc được tệp khóa {path}") from None
    return KeyRing(path, keys)


def create_ring(path: Path, now: datetime) -> KeyRing:
    """Makes the ring unless the file exists; the ring that is there then. Raises KeysUnavailable."""
    keys = tuple(new_key(purpose, now) for purpose in PURPOSES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_once(path, _as_text(keys))
    except OSError as error:
        raise KeysUnavailable(
            f"The key ring {path} cannot be written ({error.strerror}): set KHO138_KEY_FILE to a file that can.",
            vi=f"Không ghi được tệp khóa {path} ({error.strerror}): hãy đặt KHO138_KEY_FILE tới tệp ghi được.",
        ) from None
    return load_ring(path)


def another_ring(path: Path) -> KeysUnavailable:
    return _lost(
        f"The key ring {path} is not the one of this database",
        f"Tệp khóa {path} không phải của cơ sở dữ liệu này",
    )


def _lost(what_en: str, what_vi: str) -> KeysUnavailable:
    return KeysUnavailable(
        f"{what_en}: no file is taken in. Bring it back from where its copy is kept (KHO138_KEY_FILE says where it is"
        " read). Without it the identities and the originals received are lost; statistics are not: build, indicators"
        " and obligations work without it.",
        vi=f"{what_vi}: chưa nhận tệp nào. Hãy khôi phục từ nơi cất bản sao (KHO138_KEY_FILE cho biết nơi đọc). Thiếu tệp"
        " này thì mất thông tin nhận dạng và bản gốc đã nhận; số liệu thống kê không mất: tổng hợp, chỉ tiêu và theo dõi"
        " nghĩa vụ báo cáo vẫn chạy.",
    )


def _as_text(keys: Iterable[Key]) -> str:
    rows = [
        {
            "key_id": k.key_id,
            "purpose": k.purpose,
            "created_at": k.created_at.isoformat(),
            "state": k.state,
            "material": base64.b64encode(k.material).decode(),
        }
        for k in keys
    ]
    return json.dumps({"kho138_key_ring": 1, "keys": rows}, indent=1) + "\n"
