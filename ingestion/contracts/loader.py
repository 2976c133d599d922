"""Reading contracts: every YAML file of the forms folders, with the rules common to their family merged in.

The project's own forms stand in `ingestion/forms`; an installation may have more in `<home>/forms`. What no file
says is refused here with one line that names the file: unknown keys, keys said twice, unknown code lists, codes,
classes of units and calendars, two files for one revision, a file whose name is not its form and revision.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ingestion.contracts.calendars import load_calendars
from ingestion.contracts.code_lists import known_lists, load_code_list
from ingestion.contracts.models import FormContract

FORMS = Path(__file__).parent.parent / "forms"
COMMON_RULES = FORMS / "common_rules.yaml"
RETIRED = FORMS / "retired.yaml"
RELEASED = FORMS / "released_fingerprints.json"


class ContractError(ValueError):
    """A contract file that does not hold; the message names the file and says what is wrong in one line."""


class Contracts(Mapping[str, FormContract]):
    """All contracts of an installation, by `<form>.v<revision>`."""

    def __init__(self, contracts: Sequence[FormContract]) -> None:
        self._by_key = {c.key: c for c in sorted(contracts, key=lambda c: (c.form, c.revision))}

    def __getitem__(self, key: str) -> FormContract:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.form for c in self.values()))

    def revisions(self, form: str) -> tuple[FormContract, ...]:
        """Revisions of a form, oldest first; empty where the form is unknown."""
        return tuple(c for c in self.values() if c.form == form)

    def latest(self, form: str) -> FormContract:
        """The newest revision; `KeyError` where the form is unknown."""
        revisions = self.revisions(form)
        if not revisions:
            raise KeyError(form)
        return revisions[-1]

    def in_use(self, form: str, day: dt.date) -> FormContract | None:
        """The revision in use for a period that ends on a day."""
        return next((c for c in reversed(self.revisions(form)) if c.effective.holds_on(day)), None)


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key said twice; plain YAML would drop the first without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, times in keys.items():
            if times > 1:
                line = node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    problem=f"line {line}: key {key} is said {times} times"
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; raises `ContractError` with one line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(
            f"{path.name}: not readable as YAML in UTF-8: {' '.join(str(error).split())}"
        ) from None


def load_contract(path: Path, common: Mapping[str, Any] | None = None) -> FormContract:
    """One contract from its file; raises `ContractError`."""
    data = read_yaml(path)
    if not isinstance(data, dict) or "form" not in data:
        raise ContractError(f"{path.name}: a contract is a YAML mapping that begins with `form:`")
    family, kind = data.get("family", "province"), data.get("kind", "aggregate")
    shared = (common or {}).get(f"{family}_{kind}", [])
    own = data.get("rules") or []
    if not isinstance(own, list):
        raise ContractError(f"{path.name}: rules: is a list of rules, each with its id")
    # A contract may say a common rule anew (GLOTIP's grain only warns, D8); it then replaces the common one.
    declared = {r.get("id") for r in own if isinstance(r, dict)}
    data["rules"] = [*own, *(r for r in shared if r["id"] not in declared)]
    try:
        contract = FormContract.model_validate(data)
    except ValidationError as error:
        raise ContractError(f"{path.name}: {_first_of(error)}") from None
    if path.name != f"{contract.form}.v{contract.revision}.yaml":
        raise ContractError(
            f"{path.name}: the file of this contract is named {contract.form}.v{contract.revision}.yaml"
        )
    if contract.calendar not in load_calendars():
        raise ContractError(f"{path.name}: calendar {contract.calendar} is not known")
    _check_codes(contract, path)
    return contract


def _first_of(error: ValidationError) -> str:
    """The first fault in one line: where it stands and what it is."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    said = (
        "this key is not known"
        if first["type"] == "extra_forbidden"
        else first["msg"].removeprefix("Value error, ")
    )
    return f"{where}: {said}" if where else said


def _check_codes(contract: FormContract, path: Path) -> None:
    for field in contract.fields:
        if field.code_list is not None and field.code_list not in known_lists():
            raise ContractError(f"{path.name}: field {field.name}: code list {field.code_list} is not known")
    for row in contract.fixed_rows:
        for name, codes in row.items():
            known = contract.by_name[name].code_list
            if known is None:
                raise ContractError(f"{path.name}: fixed_rows: {name} is not a code field")
            for code in codes if not isinstance(codes, str) else ():
                if not load_code_list(known).known(code):
                    raise ContractError(f"{path.name}: fixed_rows: {code} is not in code list {known}")
    for name, code in (row for date in contract.due_dates for row in date.rows.items()):
        known = str(contract.by_name[name].code_list)
        if not load_code_list(known).known(code):
            raise ContractError(f"{path.name}: due_dates: {code} is not in code list {known}")
    for unit_class in (*(f.unit_class for f in contract.filed_by), *contract.due):
        if not load_code_list("unit_class").known(unit_class):
            raise ContractError(f"{path.name}: class of units {unit_class} is not known")


@lru_cache(maxsize=8)
def load_contracts(extra: Path | None = None) -> Contracts:
    """Every contract of the project and, where given, of an installation's own folder.

    Raises `ContractError` on the first file that does not hold, on a revision declared twice, and on a form that
    is retired but still has a file.
    """
    common = read_yaml(COMMON_RULES)
    retired = {row["form"] for row in read_yaml(RETIRED) or []}
    found: dict[str, Path] = {}
    contracts = []
    for folder in (FORMS, extra):
        for path in sorted(folder.rglob("*.v*.yaml")) if folder is not None and folder.is_dir() else ():
            contract = load_contract(path, common)
            if contract.key in found:
                raise ContractError(f"{path.name}: {contract.key} is declared twice")
            if contract.form in retired:
                raise ContractError(f"{path.name}: {contract.form} is retired; see retired.yaml")
            found[contract.key] = path
            contracts.append(contract)
    return Contracts(contracts)


def fingerprint(contract: FormContract) -> str:
    """SHA-256 of what may not change in a released revision (D11)."""
    canonical = json.dumps(
        contract.fingerprint_of(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def released_fingerprints() -> dict[str, str]:
    """Fingerprints of released revisions, by `<form>.v<revision>`."""
    return dict(json.loads(RELEASED.read_text(encoding="utf-8"))) if RELEASED.exists() else {}
