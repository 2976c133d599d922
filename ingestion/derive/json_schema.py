"""The JSON schema of a contract file, for editors: completion and errors while a YAML is typed.

Derived from the models; the committed copy is `ingestion/forms/contract.schema.json`.
"""

from __future__ import annotations

import json
from typing import Any

from ingestion.contracts.models import FormContract


def contract_schema() -> dict[str, Any]:
    """Draft 2020-12 schema of one contract file."""
    schema = _with_shorthand(FormContract.model_json_schema(by_alias=True))
    term = schema["$defs"].pop("Term")
    schema["$defs"]["TermInFull"] = term
    schema["$defs"]["Term"] = {
        "anyOf": [{"type": "string"}, {"type": "integer"}, {"$ref": "#/$defs/TermInFull"}]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A report form of kho138",
    }


_TERM = {"$ref": "#/$defs/Term"}


def _with_shorthand(node: Any) -> Any:
    """A sum of terms may be written as one term without brackets; the models read that, their schema does not say it."""
    if isinstance(node, list):
        return [_with_shorthand(n) for n in node]
    if not isinstance(node, dict):
        return node
    inner = {k: _with_shorthand(v) for k, v in node.items()}
    if inner.get("type") == "array" and inner.get("items") == _TERM:
        kept = {k: inner.pop(k) for k in ("title", "default", "description") if k in inner}
        return {**kept, "anyOf": [_TERM, inner]}
    return inner


def contract_schema_text() -> str:
    return json.dumps(contract_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
