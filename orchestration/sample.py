"""`kho138 demo`: the sample province through the gate and the build, and what it prints at the end.

The province itself (events, counting, who files when) is `demo`'s; here it meets the gate and the warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from demo.province import Ran, run_province
from orchestration.building import build
from orchestration.figures import indicator_values
from orchestration.filing import file_reports
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

FIRST_YEAR, LAST_YEAR = 2021, 2029
"""Years of which both the calendars and the table of working days say enough."""
_LANGUAGES = ("en", "vi")
# Figures that each calendar has; the table shows those of Decree 09's, which most bodies keep.
_EVERY_CALENDAR = ("I36", "I37", "I42")


def parse_years(text: str) -> tuple[int, int]:
    """`2024-2025` or `2024` as first and last year; Kho138Error otherwise."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        raise Kho138Error(
            f"--years takes a year or two, between {FIRST_YEAR} and {LAST_YEAR}, such as 2024-2025; not {text[:20]}.",
            vi=f"--years là một năm hoặc hai năm, từ {FIRST_YEAR} đến {LAST_YEAR}, ví dụ 2024-2025.",
        )
    return first, last


def run_demo(
    settings: Settings, years: tuple[int, int], seed: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Ran, dict[str, Any]]:
    """Files what the sample province has not filed yet, then builds and publishes; both reports."""
    ran = run_province(settings, file_reports, years, seed, progress=progress)
    return ran, build(settings)


def told(settings: Settings, ran: Ran, built: Mapping[str, Any], lang: str = "en") -> Iterator[str]:
    """Lines for a reader: what happened, where everything is, the figures of A1 to A6, what to try next."""
    said = _LANGUAGES.index(lang)
    states = ", ".join(f"{n} {state}" for state, n in sorted(ran.states.items()))
    sent = states or ("nothing new", "không có gì mới")[said]
    yield (
        f"{('Sample province', 'Tỉnh mẫu')[said]} {ran.first_year}-{ran.last_year} "
        f"({('invented', 'số liệu giả định')[said]}): "
        f"{ran.events} {('events', 'sự kiện')[said]}, {ran.planned} {('workbooks', 'tệp báo cáo')[said]}, "
        f"{('sent now', 'gửi lần này')[said]}: {ran.sent} ({sent})"
    )
    yield f"{('Build', 'Dựng kho số liệu')[said]}: {built['state']}" + (
        f" ({built['message']})" if built["message"] else ""
    )
    yield ""
    yield f"{('Home', 'Thư mục')[said]}:  {settings.home}"
    yield f"  {('workbooks as sent', 'tệp đã gửi')[said]}:  {ran.folder / 'reports'}"
    yield f"  {('event log', 'nhật ký sự kiện')[said]}:  {ran.truth}"
    yield f"  {('what was sent, taken back, waived', 'đã gửi, rút, miễn')[said]}:  {ran.log}"
    values = [v for v in indicator_values(settings, area="24") if _is_shown(v, ran)]
    yield ""
    yield from figures(values, said)
    yield ""
    yield ("Try next:", "Thử tiếp:")[said]
    for command in _next_steps(values):
        yield f"  {command}"


def _is_shown(value: Mapping[str, Any], ran: Ran) -> bool:
    match = re.fullmatch(r"(\d{4})(-H[12])?", value["period"])
    if match is None or value["disaggregation"] or value["measure"] != "value":
        return False  # wholes only, of years and halves
    if value["indicator"] in _EVERY_CALENDAR and value["calendar"] != "nd09":
        return False
    return ran.first_year <= int(match[1]) <= ran.last_year


def figures(values: Sequence[Mapping[str, Any]], said: int) -> Iterator[str]:
    """A table: an indicator a line, a year or half a column, each with its value, target mark and state."""
    periods = sorted({v["period"] for v in values}, key=lambda p: (p[:4], p[4:] or "~"))
    by_place = {(v["indicator"], v["period"]): v for v in values}
    rows = sorted({(v["plan_rows"][0], v["indicator"], v["name_en"], v["name_vi"]) for v in values})
    if not rows:
        yield ("No figures are published yet.", "Chưa có số liệu công bố.")[said]
        return
    width = max(len(r[2 + said]) for r in rows)
    yield f"{'':9}{'':{width}} " + "".join(f"{p:>16}" for p in periods)
    for plan, indicator, *names in rows:
        cells = "".join(f"{_cell(by_place.get((indicator, p))):>16}" for p in periods)
        yield f"{plan:4}{indicator:5}{names[said]:{width}} {cells}"
    yield (
        "n/d (%); + target met, - not met, ~ incomplete: value of the units that reported, · nothing happened",
        "tử/mẫu (%); + đạt, - chưa đạt, ~ thiếu báo cáo: số của đơn vị đã báo cáo, · không phát sinh",
    )[said]


def _cell(value: Mapping[str, Any] | None) -> str:
    if value is None or value["state"] == "no_report":
        return "–"
    if value["state"] == "not_applicable":
        return "·"
    mark = {True: "+", False: "-", None: ""}[value["met"]] + ("~" if value["state"] == "incomplete" else "")
    if value["denominator"] is None:
        return f"{value['numerator']:.0f}{mark}"
    share = "" if value["value"] is None else f" ({value['value']}%)"
    return f"{value['numerator']:.0f}/{value['denominator']:.0f}{share}{mark}"


def _next_steps(values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    last = max((v["period"] for v in values if v["indicator"] == "I02"), default="2024")
    yield f"kho138 indicators --period {last} --area 24"
    yield "kho138 obligations --state missing --as-of 2025-03-31"
    yield f"kho138 trace I02 --period {last} --area 24"
    yield "kho138 receipt 1 -o receipt.xlsx"
    yield "kho138 psql"
