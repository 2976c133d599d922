"""The content-addressed store: every file received is kept unchanged under its SHA-256, for good, and encrypted.

Here: `FileStore` on any fsspec URL; a local folder gets durable, atomic writes of our own. Elsewhere: how files are
encrypted (`sealed.py`), which files there are and what they mean (`ingestion/registry`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from warehouse.errors import ConfigurationError, StoreDamaged, StoreError, StoreFull
from warehouse.keys import Key, KeyRing, load_ring
from warehouse.sealed import SealedWriter, damaged, key_id_of, open_sealed
from warehouse.settings import Settings

_CHUNK = 1 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FileStore:
    """Files by hash, laid out as `ab/cd/<sha256>`; unfinished ones under `tmp/`, never at an address.

    The hash is that of the plain file, and so is what is read. All methods raise ValueError for a hash that is none (a
    mistake of the caller, not of a user), KeysUnavailable where the ring has not the key that is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._location = settings.store_location
        self._key_path = settings.key_path
        self._ring: KeyRing | None = None
        self._filesystem: Any = None
        self._root = ""

    def put(self, sha256: str, data: bytes | Path) -> None:
        """Keep `data` (or the content of that file) under its hash; one that is there already is left alone.

        Raises StoreFull when there is no room, StoreError when the content has another hash or cannot be
        written; in each case nothing of it remains.
        """
        address = self._address(sha256)
        if self._fs.exists(address):
            return
        key = load_ring(self._key_path).active("store")
        self._write(sha256, data, key)

    def _write(self, sha256: str, data: bytes | Path | IO[bytes], key: Key) -> None:
        address = self._address(sha256)
        temporary = f"{self._root}/tmp/{sha256}.{secrets.token_hex(4)}"
        try:
            with _source(data) as source, self._create(temporary) as target:
                sealed = SealedWriter(target, key, sha256)
                if _copy(source, sealed) != sha256:
                    raise StoreError("A file changed while it was being stored: submit it again.")
                sealed.finish()
                self._flush(target)
            self._publish(temporary, address)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StoreFull(
                    f"The file store {self._shown} is full: make room and submit again; nothing was stored.",
                    vi=f"Kho tệp {self._shown} đã đầy: hãy giải phóng dung lượng rồi nộp lại; chưa lưu gì.",
                ) from error
            raise StoreError(
                f"The file store {self._shown} cannot be written ({error.strerror or type(error).__name__}).",
                vi=f"Không ghi được vào kho tệp {self._shown} ({error.strerror or type(error).__name__}).",
            ) from error
        finally:
            with contextlib.suppress(OSError):  # gone already when all went well
                self._fs.rm_file(temporary)

    def open(self, sha256: str) -> IO[bytes]:
        """The stored file, for reading. Raises StoreDamaged when it is not there, and where it was changed."""
        try:
            handle: IO[bytes] = self._fs.open(self._address(sha256), "rb")
        except FileNotFoundError:
            raise _missing(sha256) from None
        return open_sealed(handle, self._key, sha256)

    def _key(self, key_id: str) -> Key:
        if self._ring is None or all(k.key_id != key_id for k in self._ring.keys):
            self._ring = load_ring(self._key_path)  # another process may have rotated its keys
        return self._ring.get(key_id)

    def read(self, sha256: str) -> bytes:
        """The whole stored file, proven by its hash. Raises StoreDamaged when it is missing or changed."""
        with self.open(sha256) as handle:
            data = handle.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(sha256)
        return data

    def reseal(self) -> int:
        """Seals every file anew that is plain or under a retired key; how many. Stopped half-way, it is run again.

        A file under a key that was lost stays shut.
        """
        ring = load_ring(self._key_path)
        key, known = ring.active("store"), {None, *(k.key_id for k in ring.keys)}
        done = 0
        for path in sorted(self._fs.find(self._root)):
            sha256 = path.rpartition("/")[2]
            if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
                continue
            with self._fs.open(path, "rb") as handle:
                sealed_with = key_id_of(handle)
            if sealed_with != key.key_id and sealed_with in known:
                self._write(sha256, self.open(sha256), key)
                done += 1
        return done

    def exists(self, sha256: str) -> bool:
        return bool(self._fs.exists(self._address(sha256)))

    def remove(self, sha256: str) -> None:
        """Remove a file; one that is not there is no error."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._address(sha256))

    def remove_unfinished(self, older_than_seconds: float = 86_400) -> int:
        """Remove what killed processes left under `tmp/`; how many files. Local stores only, elsewhere 0."""
        if not self._is_local:
            return 0
        limit = time.time() - older_than_seconds
        old = [path for path in Path(self._root, "tmp").glob("*") if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    # fsspec, opened at first use

    @property
    def _fs(self) -> Any:
        if self._filesystem is None:
            import fsspec

            try:
                filesystem, root = fsspec.core.url_to_fs(self._location)
            except (ValueError, ImportError) as error:  # no such protocol, or its package is not installed
                raise ConfigurationError(
                    "KHO138_STORE_URL is not usable: name an fsspec protocol whose package is installed, "
                    "or leave it out."
                ) from error
            self._filesystem, self._root = filesystem, str(root).rstrip("/")
        return self._filesystem

    @property
    def _is_local(self) -> bool:
        return "file" in self._fs.protocol

    @property
    def _shown(self) -> str:
        """The store's place for messages, without what a URL may hold before its host."""
        return re.sub(r"//[^/@]*@", "//", self._location)

    def _address(self, sha256: str) -> str:
        if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        _ = self._fs  # sets the root
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _create(self, path: str) -> IO[bytes]:
        if not self._is_local:
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            handle: IO[bytes] = self._fs.open(path, "wb")
            return handle
        _make_private(Path(path).parent)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _flush(self, target: IO[bytes]) -> None:
        if self._is_local:
            target.flush()
            os.fsync(target.fileno())

    def _publish(self, temporary: str, address: str) -> None:
        if not self._is_local:
            self._fs.makedirs(address.rpartition("/")[0], exist_ok=True)
            self._fs.mv(temporary, address)
            return
        folder = Path(address).parent
        _make_private(folder)
        os.replace(temporary, address)
        for directory in (folder, folder.parent):  # the names too must survive a power cut
            descriptor = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        if not folder.parent.is_dir():
            _make_private(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)


def _source(data: bytes | Path | IO[bytes]) -> IO[bytes]:
    if isinstance(data, Path):
        return data.open("rb")
    return io.BytesIO(data) if isinstance(data, bytes) else data


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_CHUNK):
        yield block


def _copy(source: IO[bytes], target: Any) -> str:
    """Copy everything; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    for block in _blocks(source):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _missing(sha256: str) -> StoreDamaged:
    return StoreDamaged(
        f"The file {sha256} is not in the store: restore it from a backup.",
        vi=f"Không tìm thấy tệp {sha256} trong kho: hãy khôi phục từ bản sao lưu.",
    )
