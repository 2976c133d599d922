"""Readers in child processes: a memory limit and a time limit a file, and no crash reaches the gate.

A reader that dies (out of memory on a workbook that declares a vast area) breaks the pool; the files that were under
way are then read one by one in fresh children, so that only the culprit is returned, and a new pool reads the rest.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ingestion.contracts.ad_hoc import NO_REQUESTS, Requests
from ingestion.contracts.loader import Contracts, load_contracts
from ingestion.parsing.builtin import ReadFinding
from ingestion.parsing.envelope import Envelope, Said
from ingestion.parsing.read import ReadFile, read_file

MEMORY_LIMIT = 1_536 * 2**20
SECONDS_A_FILE = 120
READERS = 2

_contracts: Contracts | None = None


def _begin(extra: Path | None) -> None:
    global _contracts  # noqa: PLW0603 - the child's one cache, made once
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    # No memory image of a file with names in it is ever written.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library prints while it dies (a backtrace of its own) is nothing that a clerk should read.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _contracts = load_contracts(extra)


def _read(path: Path, said: Said, today: dt.date, requests: Requests) -> ReadFile:
    assert _contracts is not None
    try:
        return read_file(path, _contracts, said, today, requests)
    except MemoryError:
        return _over(said)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a library's panic is no Exception; one file must not end a batch
        refusal = ReadFinding("file_opens", observed=type(error).__name__)
        return ReadFile(Envelope(said.form, None, said.unit, said.period), refusal=refusal)


def _over(said: Said) -> ReadFile:
    return ReadFile(
        Envelope(said.form, None, said.unit, said.period), refusal=ReadFinding("file_reads_within_limits")
    )


class Readers:
    """A pool of readers; use as a context. `extra` is the installation's own forms folder."""

    def __init__(self, extra: Path | None = None) -> None:
        self._extra = extra
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Readers:
        self._pool = self._new(READERS)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _new(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["ingestion.parsing.read"])
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(self._extra,))

    def read(
        self, files: Sequence[tuple[Path, Said]], today: dt.date, requests: Requests = NO_REQUESTS
    ) -> Iterator[ReadFile]:
        """Each file read, in order; `requests` are the ad hoc periods on file."""
        assert self._pool is not None
        waiting: list[Future[ReadFile]] = [
            self._pool.submit(_read, path, said, today, requests) for path, said in files
        ]
        for n, future in enumerate(waiting):
            try:
                yield future.result(timeout=SECONDS_A_FILE)
            except (BrokenProcessPool, TimeoutError):
                yield from self._after_a_break(files[n:], waiting[n:], today, requests)
                return

    def _after_a_break(
        self,
        files: Sequence[tuple[Path, Said]],
        waiting: Sequence[Future[ReadFile]],
        today: dt.date,
        requests: Requests,
    ) -> Iterator[ReadFile]:
        """The rest of the files: what was read is kept, what was under way is read alone, all else by a new pool."""
        assert self._pool is not None
        self._stop(self._pool)
        self._pool = self._new(READERS)
        kept = {
            n: f.result()
            for n, f in enumerate(waiting)
            if f.done() and not f.cancelled() and f.exception() is None
        }
        unread = [n for n in range(len(files)) if n not in kept]
        # Files are begun in order: whichever broke the pool is among the first that have no result.
        suspects = set(unread[:READERS])
        rest = self.read([files[n] for n in unread[READERS:]], today, requests)
        for n, (path, said) in enumerate(files):
            if n in kept:
                yield kept[n]
            else:
                yield self._alone(path, said, today, requests) if n in suspects else next(rest)

    def _alone(self, path: Path, said: Said, today: dt.date, requests: Requests) -> ReadFile:
        pool = self._new(1)
        try:
            return pool.submit(_read, path, said, today, requests).result(timeout=SECONDS_A_FILE)
        except (BrokenProcessPool, TimeoutError):
            return _over(said)
        finally:
            self._stop(pool)

    @staticmethod
    def _stop(pool: ProcessPoolExecutor) -> None:
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
