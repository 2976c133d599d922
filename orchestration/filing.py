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
    from expectations.judge import judge_received

    gate = Gate(settings, channel)
    gate.database.ensure()
    ids = gate.receive(files, progress)
    judge_received(gate.database, gate.contracts, gate.clock, f"gate/{channel}")
    with gate.database.connect("loader") as connection:
        return report_of(connection, ids)
