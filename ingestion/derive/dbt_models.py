"""The part of the dbt project that follows from contracts: sources, staging models, the model of all observed cells.

Pure functions from contracts to text, equal for equal contracts; `write_models` puts the text into a project. What is
written by hand (seeds, indicators, dimensions) stands in `dbt_project` and names no form (D23).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract, FormField
from ingestion.derive.cross_rule_models import cross_rule_files
from ingestion.derive.landing_table import SQL_TYPES

REGISTRY = (
    "submission",
    "in_force",
    "finding",
    "period",
    "code",
    "form",
    "form_field",
    "form_rule",
    "obligation",
    "obligation_history",
    "regime",
    "build",
    "discrepancy",
    "newest_answer",
)
ENVELOPE: Mapping[str, tuple[str, str]] = {
    "submission_id": ("Số của lần nộp", "number of the submission"),
    "unit": ("Đơn vị báo cáo", "reporting unit"),
    "calendar": ("Kỳ thống kê của ngành", "calendar of the body"),
    "period": ("Kỳ báo cáo", "period"),
    "period_kind": ("Loại kỳ", "kind of period"),
    "window_from": ("Ngày đầu kỳ", "first day of the window"),
    "window_to": ("Ngày cuối kỳ", "last day of the window"),
    "known_from": ("Có hiệu lực từ", "in force from"),
    "known_to": ("Hết hiệu lực từ (trống: đang hiệu lực)", "in force until (null: now)"),
    "row_no": ("Dòng thứ", "row number"),
    "at_index": ("Vị trí trong tệp", "position in the file"),
    "defect_fields": ("Các ô không đọc được", "fields whose cell could not be read"),
}
PSEUDONYMS: Mapping[str, tuple[str, str]] = {
    "birth_year_band": ("Nhóm năm sinh (5 năm)", "band of five birth years"),
    "national_id_key": ("Bí danh của số giấy tờ", "pseudonym of the identity number"),
    "person_key": ("Bí danh của người", "pseudonym of the person"),
}
OF_ROW = ("row_no", "at_index", "defect_fields")
OF_FORCE = ("known_from", "known_to")


def _header(contracts: tuple[FormContract, ...], mark: str) -> str:
    keys = "".join(f"\n{mark}   {c.key}" for c in contracts)
    return f"{mark} Derived from contracts: change the contract, not this file.{keys}\n"


def staging_sql(revisions: tuple[FormContract, ...]) -> str:
    """Every accepted version of a form's rows, all revisions united; a field a revision lacks is null there.

    A filing that a withdrawal brought back was in force more than once, and stands here once for each time.
    """
    fields = {f.name: f for c in revisions for f in c.landed_fields}
    keys = dict.fromkeys(name for c in revisions for name in c.pseudonym_columns)
    parts = []
    for c in revisions:
        columns = [
            f"    {'r' if name in OF_ROW else 'v' if name in OF_FORCE else 's'}.{name}" for name in ENVELOPE
        ]
        for name, f in fields.items():
            has = any(name == landed.name for landed in c.landed_fields)
            columns.append(f"    r.{name}" if has else f"    null::{SQL_TYPES[f.type]} as {name}")
            if f.type == "suppressible_count":
                columns.append(f"    r.{name}_state" if has else f"    null::text as {name}_state")
        columns += [f"    r.{k}" if k in c.pseudonym_columns else f"    null::text as {k}" for k in keys]
        parts.append(
            "select\n" + ",\n".join(columns) + f"\nfrom {{{{ source('landing', '{c.relation}') }}}} as r\n"
            "inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id\n"
            "inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id\n"
        )
    return _header(revisions, "--") + "union all\n".join(parts)


def observed_sql(contracts: Contracts) -> str:
    """All measured cells of all forms in one shape, one line a cell.

    `value_state`: value; missing (blank or unreadable where a number is owed); absent (blank where the form asks for
    none, or only under a condition that its rules judge); suppressed.
    """
    parts = []
    for form in contracts.forms:
        c = contracts.latest(form)
        if not c.measures:
            continue
        envelope = "".join(f"    r.{n},\n" for n in ENVELOPE if n != "defect_fields")
        dims = _call("jsonb_build_object", [f"'{g}', r.{g}" for g in c.grain])
        key = [f"'{g}=' || coalesce(r.{g}::text, '')" for g in c.grain]
        row_key = _call("concat_ws", ["';'", *key]) if key else "''"
        cells = ",\n".join(f"        {_cell(f)}" for f in c.measures)
        parts.append(
            f"select\n    '{form}'::text as form,\n{envelope}    {row_key}::text as row_key,\n    {dims} as dims,\n"
            "    c.field,\n    c.time_behaviour,\n    c.value,\n"
            "    case\n        when c.value is not null then 'value'\n"
            "        when c.field = any(r.defect_fields) then 'missing'\n        else c.if_blank\n    end as value_state\n"
            f"from {{{{ ref('stg_{form}') }}}} as r\ncross join\n    lateral (\n        values\n{cells}\n"
            "    ) as c (field, time_behaviour, value, if_blank)\n"
        )
    return _header(tuple(contracts.values()), "--") + "union all\n".join(parts)


def _call(function: str, operands: list[str]) -> str:
    """A call as an item of a select list, one operand a line."""
    if not operands:
        return f"{function}()"
    return f"{function}(\n        " + ",\n        ".join(operands) + "\n    )"


def _cell(f: FormField) -> str:
    """A row of VALUES: field, time behaviour, value, and what a blank means."""
    blank = "'missing'" if f.required == "yes" else "'absent'"
    items = [f"'{f.name}'", f"'{f.behaviour}'", f"r.{f.name}::numeric", blank]
    if f.type != "suppressible_count":
        return f"({', '.join(items)})"
    items[-1] = f"case r.{f.name}_state when 'suppressed' then 'suppressed' else {blank} end"
    return "(\n            " + ",\n            ".join(items) + "\n        )"


def _described(name: str, vi: str, en: str) -> str:
    return f"      - name: {name}\n        description: {json.dumps(f'{vi} / {en}', ensure_ascii=False)}\n"


def staging_yaml(revisions: tuple[FormContract, ...]) -> str:
    """Descriptions in both languages for every column of the staging model."""
    latest = revisions[-1]
    title = json.dumps(f"{latest.title.vi} / {latest.title.en}", ensure_ascii=False)
    text = f"version: 2\nmodels:\n  - name: stg_{latest.form}\n    description: {title}\n    columns:\n"
    text += "".join(_described(n, vi, en) for n, (vi, en) in ENVELOPE.items())
    for f in {f.name: f for c in revisions for f in c.landed_fields}.values():
        text += _described(f.name, f.label.vi, f.label_en)
        if f.type == "suppressible_count":
            text += _described(f"{f.name}_state", f"{f.label.vi}: trạng thái", f"{f.label_en}: state")
    for name in dict.fromkeys(name for c in revisions for name in c.pseudonym_columns):
        text += _described(name, *PSEUDONYMS[name])
    return _header(revisions, "#") + text


def sources_yaml(contracts: Contracts) -> str:
    """The tables that dbt reads: registry and one landing table a revision, each with the asset that fills it."""
    text = "version: 2\nsources:\n  - name: registry\n    schema: registry\n    tables:\n"
    text += "".join(_source(t, "registry") for t in REGISTRY)
    text += "  - name: landing\n    schema: landing\n    tables:\n"
    text += "".join(_source(c.relation, f"landing, {c.form}") for c in contracts.values())
    return _header(tuple(contracts.values()), "#") + text


def _source(table: str, asset: str) -> str:
    return f"      - name: {table}\n        config: {{meta: {{dagster: {{asset_key: [{asset}]}}}}}}\n"


def landed_test_sql(contracts: Contracts) -> str:
    """Singular test: rows whose submission the registry does not know."""
    parts = [
        f"select\n    r.submission_id,\n    '{c.relation}' as relation\nfrom {{{{ source('landing', '{c.relation}') }}}} as r\n"
        "left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id\n"
        "where s.submission_id is null\n"
        for c in contracts.values()
    ]
    return _header(tuple(contracts.values()), "--") + "union all\n".join(parts)


def derived_files(contracts: Contracts) -> dict[str, str]:
    """Path inside the dbt project -> text of every derived file."""
    files = {
        "models/staging/sources.yml": sources_yaml(contracts),
        "models/intermediate/int_reports__observed.sql": observed_sql(contracts),
        "tests/every_landed_row_has_a_submission.sql": landed_test_sql(contracts),
        **cross_rule_files(contracts),
    }
    for form in contracts.forms:
        revisions = contracts.revisions(form)
        files[f"models/staging/stg_{form}.sql"] = staging_sql(revisions)
        files[f"models/staging/stg_{form}.yml"] = staging_yaml(revisions)
    return files


def write_models(contracts: Contracts, project: Path) -> list[Path]:
    """Writes the derived files that differ; returns their paths."""
    written = []
    for name, text in derived_files(contracts).items():
        path = project / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
