"""What an analyst's SQL may hold: tables and macros of goyong.duckdb, names given inside the query, pure functions.

Works on the syntax tree that DuckDB itself makes of the text (json_serialize_sql), and only what is named here passes:
a file, a setting, a table function, a recursive query or a function that DuckDB learns tomorrow does not.
Do not put here: running a query (analyst_child.py) or its limits (analyst.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

Tree = dict[str, Any]


class SqlRefused(ValueError):
    """The SQL holds something that is not on the analyst surface."""


@dataclass(frozen=True)
class Surface:
    """What may be read: tables and table macros, each as "schema.name" in lower case."""

    tables: frozenset[str]
    macros: frozenset[str]


QUERIES = {"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE"}
SOURCES = {"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EMPTY_FROM", "CTE", "EXPRESSION_LIST", "PIVOT", "SHOW_REF"}
EXPRESSIONS = {
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "LAMBDA_REF", "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "WINDOW",
}  # fmt: skip
TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
OPERATORS = {
    "+", "-", "*", "/", "//", "%", "**", "^", "&", "|", "<<", ">>", "~", "!", "@", "&&", "@>", "<@", "||", "^@",
    "~~", "!~~", "~~*", "!~~*", "~~~", "not_like_escape", "like_escape", "ilike_escape", "not_ilike_escape",
}  # fmt: skip
AGGREGATES = {
    "any_value", "approx_count_distinct", "arg_max", "arg_min", "array_agg", "avg", "bool_and", "bool_or", "corr",
    "count", "count_if", "count_star", "countif", "covar_pop", "covar_samp", "entropy", "first", "fsum", "kurtosis",
    "last", "list", "listagg", "mad", "max", "max_by", "mean", "median", "min", "min_by", "mode", "product", "quantile",
    "quantile_cont", "quantile_disc", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "skewness", "stddev",
    "stddev_pop", "stddev_samp", "string_agg", "sum", "var_pop", "var_samp", "variance",
}  # fmt: skip
WINDOWS = {
    "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile", "percent_rank", "rank",
    "rank_dense", "row_number",
}  # fmt: skip
NUMBERS = {
    "abs", "add", "cbrt", "ceil", "ceiling", "degrees", "divide", "even", "exp", "floor", "greatest", "isfinite",
    "isinf", "isnan", "least", "ln", "log", "log10", "log2", "mod", "multiply", "pi", "pow", "power", "radians",
    "round", "round_even", "sign", "sqrt", "subtract", "trunc", "width_bucket",
}  # fmt: skip
TEXTS = {
    "ascii", "char_length", "character_length", "chr", "concat", "concat_ws", "contains", "ends_with", "instr", "left",
    "len", "length", "lower", "ltrim", "nfc_normalize", "position", "prefix", "regexp_extract", "regexp_full_match",
    "regexp_matches", "regexp_replace", "replace", "reverse", "right", "rtrim", "split", "split_part", "starts_with",
    "str_split", "string_split", "string_to_array", "strlen", "strpos", "substr", "substring", "suffix", "trim",
    "upper",
}  # fmt: skip
DATES = {
    "current_date", "date_add", "date_diff", "date_part", "date_sub", "date_trunc", "datediff", "datepart", "datesub",
    "datetrunc", "day", "dayname", "dayofmonth", "dayofweek", "dayofyear", "epoch", "isodow", "last_day", "make_date",
    "month", "monthname", "quarter", "strftime", "strptime", "to_days", "to_months", "to_weeks", "to_years", "today",
    "try_strptime", "week", "weekday", "weekofyear", "year",
}  # fmt: skip
LISTS = {
    "array_extract", "array_length", "element_at", "list_aggregate", "list_apply", "list_avg", "list_contains",
    "list_count", "list_distinct", "list_extract", "list_filter", "list_has", "list_max", "list_min", "list_position",
    "list_slice", "list_sort", "list_sum", "list_transform", "list_unique", "list_value", "row", "struct_extract",
    "struct_pack",
    "unnest",
}  # fmt: skip
OTHERS = {"coalesce", "if", "ifnull", "nullif", "typeof", "grouping", "grouping_id", "constant_or_null"}
FUNCTIONS = OPERATORS | AGGREGATES | WINDOWS | NUMBERS | TEXTS | DATES | LISTS | OTHERS
LIST_AGGREGATES = AGGREGATES

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_RESERVED_NAME = re.compile(r"(duckdb|pragma|sqlite|pg|information_schema)(_|$)", re.IGNORECASE)
CATALOG = "goyong"
"""The catalog that an analyst may name before a schema: goyong.gold.labour_market."""
_WHOLE_TEXT = "write one SELECT over the tables of gold, agg and ops (--sql 'show all tables' lists them)"


def check_tree(tree: Tree, tables: Set[str], macros: Set[str] = frozenset()) -> None:
    """Raise SqlRefused unless the syntax tree of one statement reads only `tables` and `macros` and computes.

    Both are "schema.name"; `tree` is what json_serialize_sql gives.
    """
    if tree.get("error_type") == "not implemented" or len(tree.get("statements", [tree])) != 1:
        raise SqlRefused(f"the analyst role runs one SELECT; {_WHOLE_TEXT}")
    if tree.get("error"):
        raise SqlRefused(f"{str(tree.get('error_message'))[:200]}; {_WHOLE_TEXT}")
    try:
        surface = Surface(frozenset(name.lower() for name in tables), frozenset(name.lower() for name in macros))
        _check(tree["statements"][0]["node"], surface, frozenset())
    except RecursionError:
        raise SqlRefused("the query is nested too deeply; write it flatter") from None


def _check(part: Any, surface: Surface, given: frozenset[str]) -> None:
    """Check a part of the tree; `given` are the names of the WITH clauses that it stands in."""
    if isinstance(part, list):
        for each in part:
            _check(each, surface, given)
        return
    if not isinstance(part, dict):
        return
    inner = given
    if "cte_map" in part:
        inner = _check_ctes(part["cte_map"], surface, given)
    _check_kind(part, surface)
    if part.get("type") == "BASE_TABLE":
        _check_table(part, surface, given)
    if "function_name" in part:
        _check_function(part, surface)
    if part.get("type") == "CTE_NODE":
        inner = inner | {_cte_name(part["cte_name"])}
        _check(part["query"], surface, given)
    for name, child in part.items():
        if name != "cte_map" and not (part.get("type") == "CTE_NODE" and name == "query"):
            _check(child, surface, inner)


def _check_ctes(cte_map: Tree, surface: Surface, given: frozenset[str]) -> frozenset[str]:
    """The names in reach after a WITH clause; each of its queries sees the ones before it only."""
    for entry in cte_map["map"]:
        _check(entry["value"], surface, given)
        given = given | {_cte_name(entry["key"])}
    return given


def _cte_name(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name) or _RESERVED_NAME.match(name):
        raise SqlRefused(f"WITH {name[:40]!r}: not a name a query may give; use letters, digits and _")
    return name.lower()


def _check_kind(part: Tree, surface: Surface) -> None:
    kind, family = part.get("type"), part.get("class")
    if family is not None and family not in EXPRESSIONS:
        raise SqlRefused(f"{str(family).lower()} is not on the analyst surface; {_WHOLE_TEXT}")
    if family is not None or not isinstance(kind, str):
        return
    if kind.endswith("_NODE") and kind not in QUERIES:
        raise SqlRefused(f"{_words(kind)} is not on the analyst surface; {_WHOLE_TEXT}")
    if "alias" not in part or "sample" not in part:
        return
    if kind == "TABLE_FUNCTION":
        name = str(part["function"].get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS and not _is_macro(part["function"], surface):
            raise SqlRefused(f"{name[:40]}() is not on the analyst surface; {_WHOLE_TEXT}")
    elif kind not in SOURCES:
        raise SqlRefused(f"{_words(kind)} is not on the analyst surface; {_WHOLE_TEXT}")
    if kind == "SHOW_REF" and part.get("query") is None:
        _check_show(part)


def _check_show(part: Tree) -> None:
    if part.get("table_name", "").strip('"') not in ("tables", "__show_tables_expanded"):
        raise SqlRefused("SHOW lists tables only; write: show all tables, or describe agg.answers_by_code")


def _check_table(part: Tree, surface: Surface, given: frozenset[str]) -> None:
    schema, name = part.get("schema_name", "").lower(), part.get("table_name", "").lower()
    if part.get("at_clause") is not None:
        raise SqlRefused("AT is not on the analyst surface: the file holds one night")
    is_given = not schema and not part.get("catalog_name") and name in given
    if not is_given and (not _is_own(part.get("catalog_name")) or f"{schema}.{name}" not in surface.tables):
        full = ".".join(filter(None, (part.get("catalog_name"), schema, name)))
        raise SqlRefused(f"{full[:80]!r} is no table of goyong.duckdb; {_WHOLE_TEXT}")


def _is_own(catalog: str | None) -> bool:
    return (catalog or CATALOG).lower() == CATALOG


def _is_macro(function: Tree, surface: Surface) -> bool:
    """Whether a function is a table macro of the file, called with its schema."""
    name = f"{function.get('schema', '')}.{function.get('function_name', '')}".lower()
    return _is_own(function.get("catalog")) and name in surface.macros


def _check_function(part: Tree, surface: Surface) -> None:
    if _is_macro(part, surface):
        return
    name = str(part["function_name"]).lower()
    if part.get("catalog") or part.get("schema", "").lower() not in ("", "main"):
        raise SqlRefused(f"{name[:40]}: write functions without a schema")
    if name not in FUNCTIONS and not (name in TABLE_FUNCTIONS and part.get("class") == "FUNCTION"):
        raise SqlRefused(f"{name[:40]}() is not on the analyst surface; {_WHOLE_TEXT}")
    if name == "list_aggregate":
        for given in _constants(part.get("children", [])[1:2]):
            if given.lower() not in LIST_AGGREGATES:
                raise SqlRefused(f"list_aggregate(…, {given[:40]!r}) is not on the analyst surface")


def _constants(children: list[Tree]) -> Iterator[str]:
    for child in children:
        value = child.get("value", {})
        yield str(value.get("value")) if child.get("class") == "CONSTANT" else "an expression"


def _words(kind: str) -> str:
    return kind.removesuffix("_NODE").removesuffix("_REF").replace("_", " ").lower()
