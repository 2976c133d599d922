"""A contract as the JSON that `kho138 forms --json` prints (keys of interfaces.md)."""

from __future__ import annotations

from typing import Any

from ingestion.contracts.models import FormContract


def describe(form: FormContract) -> dict[str, Any]:
    """JSON-ready description: titles, fields with type and time behaviour, rules with sentence and legal basis."""
    return {
        "form": form.form,
        "revision": form.revision,
        "agency": form.agency,
        "title_vi": form.title.vi,
        "title_en": form.title.en,
        "calendar": form.calendar,
        "rhythms": list(form.rhythms),
        "filed_by": [
            {
                "class": f.unit_class,
                "from": f.valid_from.isoformat() if f.valid_from else None,
                "to": f.valid_to.isoformat() if f.valid_to else None,
            }
            for f in form.filed_by
        ],
        "grain": list(form.grain),
        "sensitivity": form.sensitivity,
        "fields": [
            {
                "name": f.name,
                "type": f.type,
                "time": f.behaviour,
                "required": f.required,
                "code_list": f.code_list,
                "sensitivity": f.sensitivity or form.sensitivity,
                "label_vi": form.heading(f).vi,
                "label_en": form.heading(f).en,
                "reference": f.reference,
            }
            for f in form.fields
        ],
        "rules": [
            {
                "id": r.id,
                "kind": r.kind,
                "severity": r.severity,
                "sentence_vi": r.says().vi,
                "sentence_en": r.says().en,
                "legal_basis": r.legal_basis,
                "mark": r.mark,
            }
            for r in form.rules
        ],
    }
