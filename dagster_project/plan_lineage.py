"""Which source columns each column of a Spark frame comes from, read off its plan and never run.

A frame of the Spark API is a description (a Spark Connect relation). Walking it gives what each column is computed from
(`values`), and what decided which rows that value was computed over (`conditions`: filters, join keys, groups, order).
Sources are frames under the alias `table:{id}` (see `source_frame`). Put here: the walk over relations and
expressions. Do not put here: which steps make which table (lineage_trace.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from lake.contracts.registry import table
from lake.contracts.render import spark_schema

Sources = frozenset[str]
NONE: Sources = frozenset()
MARK = "table:"
_WORD = re.compile(r"'(?:[^']|'')*'|`([^`]+)`|([A-Za-z_][A-Za-z0-9_.]*)")


class PlanNotUnderstood(RuntimeError):
    """A plan holds a relation that the walk does not know, so that its lineage would be a guess."""


@dataclass(frozen=True)
class Field:
    """One column of a relation: `values` it is computed from, `conditions` that chose the rows behind it.

    `qualifiers` are the aliases and plan numbers under which the column can be named.
    """

    name: str
    values: Sources = NONE
    conditions: Sources = NONE
    qualifiers: frozenset[str] = frozenset()

    @property
    def all(self) -> Sources:
        """Everything the column depends on."""
        return self.values | self.conditions


@dataclass(frozen=True)
class Scope:
    """What a relation gives: its columns in order, and the source columns that decide which rows there are."""

    fields: tuple[Field, ...]
    rows: Sources = NONE

    def find(self, name: str, plan: str = "") -> tuple[Field, ...]:
        """Columns that `name` (maybe qualified, maybe of plan `plan`) can mean; several when it is ambiguous."""
        first, _, rest = name.replace("`", "").partition(".")
        if rest:
            qualified = [f for f in self.fields if first in f.qualifiers and f.name == rest.split(".")[0]]
            if qualified:
                return tuple(qualified)
        named = [field for field in self.fields if field.name == first]
        of_plan = [field for field in named if plan in field.qualifiers]
        return tuple(of_plan or named)

    def sources(self, fields: Iterable[Field]) -> Sources:
        """Everything that some columns depend on."""
        return NONE.union(*(field.all for field in fields))


def source_frame(spark: Any, table_id: str, rows: pa.Table | None = None) -> Any:
    """The frame that stands for the table `table_id` in a plan, with `rows` or without any."""
    data = rows if rows is not None and rows.num_rows else []
    return spark.createDataFrame(data, spark_schema(table(table_id))).alias(f"{MARK}{table_id}")


def lineage_of(frame: Any) -> Scope:
    """The columns of a frame with their sources as `table.column`; raises PlanNotUnderstood."""
    return walk(frame._plan.to_proto(frame.sparkSession.client).root)


def walk(relation: Any) -> Scope:
    """The scope of a Spark Connect relation."""
    kind = relation.WhichOneof("rel_type")
    rule = _RULES.get(kind)
    if rule is None:
        raise PlanNotUnderstood(
            f"found a relation {kind!r} in a plan; expected one of {', '.join(sorted(_RULES))}. "
            "Do: teach dagster_project/plan_lineage.py what its columns come from"
        )
    scope = rule(getattr(relation, kind))
    plan = f"#{relation.common.plan_id}"
    return replace(scope, fields=tuple(replace(f, qualifiers=f.qualifiers | {plan}) for f in scope.fields))


# --- relations ------------------------------------------------------------------------------------


def _nothing(_: Any) -> Scope:
    return Scope(())


def _local(relation: Any) -> Scope:
    """Rows of our own code (a reference list): columns without sources."""
    if relation.data:
        names = pa.ipc.open_stream(relation.data).schema.names
    else:
        names = [field["name"] for field in json.loads(relation.schema)["fields"]]
    return Scope(tuple(Field(name) for name in names))


def _same(relation: Any) -> Scope:
    return walk(relation.input)


def _alias(relation: Any) -> Scope:
    child, alias = walk(relation.input), relation.alias
    if alias.startswith(MARK):
        contract = table(alias.removeprefix(MARK))
        return Scope(tuple(Field(name, frozenset({f"{contract.id}.{name}"})) for name in contract.names))
    return replace(child, fields=tuple(replace(f, qualifiers=frozenset({alias})) for f in child.fields))


def _project(relation: Any) -> Scope:
    child = walk(relation.input) if relation.HasField("input") else Scope(())
    fields = [field for expression in relation.expressions for field in _named(expression, child)]
    return Scope(tuple(fields), child.rows)


def _filter(relation: Any) -> Scope:
    child = walk(relation.input)
    return replace(child, rows=child.rows | _needs(relation.condition, child).all)


def _with_columns(relation: Any) -> Scope:
    child = walk(relation.input)
    made = {name: replace(_needs(a.expr, child), name=name) for a in relation.aliases for name in a.name}
    kept = [made.pop(field.name, field) for field in child.fields]
    return replace(child, fields=(*kept, *made.values()))


def _renamed(relation: Any) -> Scope:
    child = walk(relation.input)
    names = {each.col_name: each.new_col_name for each in relation.renames} | dict(relation.rename_columns_map)
    return replace(child, fields=tuple(replace(f, name=names.get(f.name, f.name)) for f in child.fields))


def _drop(relation: Any) -> Scope:
    child = walk(relation.input)
    gone = {id(f) for e in relation.columns for f in _meant(e, child)}
    names = set(relation.column_names)
    return replace(child, fields=tuple(f for f in child.fields if id(f) not in gone and f.name not in names))


def _join(relation: Any) -> Scope:
    left, right = walk(relation.left), walk(relation.right)
    kind, both = relation.join_type, Scope((*left.fields, *right.fields))
    using = tuple(relation.using_columns)
    keys = _needs(relation.join_condition, both).all if relation.HasField("join_condition") else NONE
    keys |= both.sources(f for f in both.fields if f.name in using)
    known = type(relation).JoinType
    met = keys | right.rows
    if kind in (known.JOIN_TYPE_LEFT_SEMI, known.JOIN_TYPE_LEFT_ANTI):
        return Scope(left.fields, left.rows | met)
    is_left, is_full = kind == known.JOIN_TYPE_LEFT_OUTER, kind == known.JOIN_TYPE_FULL_OUTER
    merged = [_merged(f, right, using, is_full=is_full) for f in left.fields]
    # Beside a left row its partner's values depend on how the partner was found; which left rows there are does not.
    found = [replace(f, conditions=f.conditions | met) for f in right.fields if f.name not in using]
    return Scope((*merged, *found), left.rows if is_left else left.rows | met)


def _merged(field: Field, right: Scope, using: Sequence[str], *, is_full: bool) -> Field:
    if not is_full or field.name not in using:
        return field
    values = field.values.union(*(f.values for f in right.find(field.name)))
    return replace(field, values=values)


def _union(relation: Any) -> Scope:
    left, right = walk(relation.left_input), walk(relation.right_input)
    rows = left.rows | right.rows
    if relation.set_op_type != type(relation).SetOpType.SET_OP_TYPE_UNION:
        return Scope(left.fields, rows | right.sources(right.fields))
    pairs = [
        (field, right.find(field.name)[:1] if relation.by_name else right.fields[place : place + 1])
        for place, field in enumerate(left.fields)
    ]
    return Scope(tuple(Field(f.name, _values(f, *o), _conditions(f, *o)) for f, o in pairs), rows)


def _aggregate(relation: Any) -> Scope:
    child = walk(relation.input)
    groups = [field for e in relation.grouping_expressions for field in _named(e, child)]
    rows = child.rows | child.sources(groups)
    made = [field for e in relation.aggregate_expressions for field in _named(e, child)]
    return Scope((*groups, *(replace(f, conditions=f.conditions | rows) for f in made)), rows)


def _deduplicate(relation: Any) -> Scope:
    child = walk(relation.input)
    keys = [f for f in child.fields if relation.all_columns_as_keys or f.name in relation.column_names]
    return replace(child, rows=child.rows | child.sources(keys))


def _map(relation: Any) -> Scope:
    """A Python function over batches: the plan alone can only say that every result may read every input."""
    child = walk(relation.input)
    everything = child.sources(child.fields)
    output = relation.func.python_udf.output_type
    return Scope(
        tuple(Field(f.name, everything) for f in output.struct.fields) or (Field("*", everything),), child.rows
    )


_RULES: dict[str, Callable[[Any], Scope]] = {
    "local_relation": _local,
    **dict.fromkeys(("cached_local_relation", "chunked_cached_local_relation", "range"), _nothing),
    "subquery_alias": _alias,
    "project": _project,
    "filter": _filter,
    "with_columns": _with_columns,
    "with_columns_renamed": _renamed,
    "drop": _drop,
    "join": _join,
    "set_op": _union,
    "aggregate": _aggregate,
    "deduplicate": _deduplicate,
    "map_partitions": _map,
    **dict.fromkeys(("sort", "hint", "repartition", "repartition_by_expression", "fill_na", "limit"), _same),
}


# --- expressions ----------------------------------------------------------------------------------


def _named(expression: Any, scope: Scope) -> list[Field]:
    """The columns that an expression of a select makes."""
    kind = expression.WhichOneof("expr_type")
    if kind == "unresolved_star":
        return list(scope.fields)
    if kind == "alias":
        made = _needs(expression.alias.expr, scope)
        return [replace(made, name=name) for name in expression.alias.name]
    if kind == "unresolved_attribute":
        found = _meant(expression, scope)
        return [replace(_needs(expression, scope), name=found[0].name)] if found else []
    inner = expression.cast.expr if kind == "cast" else None
    name = _named(inner, scope)[0].name if inner is not None and _named(inner, scope) else kind
    return [replace(_needs(expression, scope), name=name)]


def _meant(expression: Any, scope: Scope) -> tuple[Field, ...]:
    attribute = expression.unresolved_attribute
    plan = f"#{attribute.plan_id}" if attribute.HasField("plan_id") else ""
    return scope.find(attribute.unparsed_identifier, plan)


def _needs(expression: Any, scope: Scope) -> Field:
    """What the value of an expression depends on, under no name."""
    parts = tuple(_parts(expression, scope))
    return Field("", _values(*parts), _conditions(*parts))


def _parts(message: Any, scope: Scope) -> Iterator[Field]:
    name = message.DESCRIPTOR.name
    if name == "UnresolvedAttribute":
        plan = f"#{message.plan_id}" if message.HasField("plan_id") else ""
        yield from scope.find(message.unparsed_identifier, plan)
    elif name == "ExpressionString":
        words = (match[1] or match[2] for match in _WORD.finditer(message.expression))
        yield from (field for word in words if word for field in scope.find(word))
    elif name == "UnresolvedStar":
        yield from scope.fields
    elif name == "Window":
        yield from _parts(message.window_function, scope)
        order = [*message.partition_spec, *message.order_spec]
        chosen = NONE.union(*(f.all for each in order for f in _parts(each, scope)))
        yield Field("", NONE, chosen | scope.rows)
    else:
        yield from _inside(message, scope)


def _inside(message: Any, scope: Scope) -> Iterator[Field]:
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None or descriptor.message_type.GetOptions().map_entry:
            continue
        for each in value if descriptor.is_repeated else (value,):
            yield from _parts(each, scope)


def _values(*fields: Field) -> Sources:
    return NONE.union(*(field.values for field in fields))


def _conditions(*fields: Field) -> Sources:
    return NONE.union(*(field.conditions for field in fields))
