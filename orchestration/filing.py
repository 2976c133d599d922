"""Filing: the gate and the judgement as one step, for the command line, the inbox and the sample province alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ingestion.gate import Gate, Incoming
from ingestion.registry.submissions import report_of
from warehouse.settings import Settings


def file_reports(
    settings: Settings,
    files: Sequence[Incoming],
    channel: str = "command",
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Takes files in and judges all of them in one pass; one mapping a file, in their order (interfaces.md)."""
    reports = file_and_judge(settings, files, channel, progress)
    return reports[: len(files)]


def file_and_judge(
    settings: Settings,
    files: Sequence[Incoming],
    channel: str,
    progress: Callable[[int], None] | None = None,
    committed: Callable[[list[dict[str, Any]]], None] | None = None,
) -> list[dict[str, Any]]:
    """As `file_reports`, followed by what an earlier filing took in and did not come to judge.

    `committed` is called between the two steps with what was taken in, not judged yet: the files are safe then.
    """
    from expectations.judge import judge_received

    gate = Gate(settings, channel)
    gate.database.ensure()
    ids = gate.receive(files, progress)
    if committed is not None:
        with gate.database.connect("loader") as connection:
            committed(report_of(connection, ids))
    judged = judge_received(gate.database, gate.contracts, gate.clock, f"gate/{channel}")
    with gate.database.connect("loader") as connection:
        return report_of(connection, [*ids, *sorted(set(judged) - set(ids))])
