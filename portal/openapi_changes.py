"""What of a changed OpenAPI text would break a portal that was written against the old one.

Put here: comparing two texts. Do not put here: making one (openapi.py). Breaking is what takes away or asks for more:
a path, a field or a status that is gone, another type, a value that may newly be empty, a code that is gone, a newly
required or differently formed parameter. New paths, fields and codes are not.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def breaking_changes(old: Document, new: Document) -> list[str]:
    """One line for each breaking change from `old` to `new`, in order; empty when every old client goes on working."""
    found: list[str] = []
    for path, operations in old.get("paths", {}).items():
        for method, operation in operations.items():
            there = new.get("paths", {}).get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            found += [f"{where}: removed"] if there is None else _of_operation(where, operation, there)
    old_schemas, new_schemas = (document.get("components", {}).get("schemas", {}) for document in (old, new))
    for name, schema in old_schemas.items():
        if name in new_schemas:
            found += _of_schema(name, schema, new_schemas[name])
        else:
            found.append(f"{name}: schema removed")
    return sorted(found)


def _of_operation(where: str, old: Document, new: Document) -> list[str]:
    before, after = ({(p["in"], p["name"]): p for p in operation.get("parameters", [])} for operation in (old, new))
    found = [f"{where}: parameter {name} removed" for place, name in before.keys() - after.keys()]
    for key, parameter in after.items():
        was = before.get(key)
        if parameter.get("required") and not (was or {}).get("required"):
            found.append(f"{where}: parameter {key[1]} newly required")
        elif was is not None and was["schema"] != parameter["schema"]:
            found.append(f"{where}: parameter {key[1]} has another form")
    for status, response in old.get("responses", {}).items():
        there = new.get("responses", {}).get(status)
        if there is None:
            found.append(f"{where}: status {status} removed")
        elif response.get("content") != there.get("content"):
            found.append(f"{where}: status {status} has another content")
    if new.get("security") != old.get("security"):
        found.append(f"{where}: another authentication")
    return found


def _of_schema(where: str, old: Document, new: Document) -> list[str]:
    found: list[str] = []
    was, now = _types(old), _types(new)
    found += [f"{where}: was {'/'.join(sorted(was))}, may now be {name}" for name in sorted(now - was)]
    if was - now - {"null"} or any(old.get(word) != new.get(word) for word in ("$ref", "format")):
        found.append(f"{where}: another type")
    gone = [code for code in old.get("enum", []) if code is not None and code not in new.get("enum", [code])]
    found += [f"{where}: code {code} removed" for code in gone]
    found += [f"{where}.{name}: no longer always there" for name in _missing(old, new, "required")]
    for name, schema in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            found += _of_schema(f"{where}.{name}", schema, new["properties"][name])
        else:
            found.append(f"{where}.{name}: removed")
    rest = old.get("additionalProperties"), new.get("additionalProperties")
    if isinstance(rest[0], dict) and isinstance(rest[1], dict):
        found += _of_schema(f"{where}.*", rest[0], rest[1])
    return found


def _missing(old: Document, new: Document, word: str) -> list[str]:
    """Names that were listed and are not any more, of fields that are still there."""
    return [name for name in old.get(word, []) if name not in new.get(word, []) and name in new.get("properties", {})]


def _types(schema: Document) -> set[str]:
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)
