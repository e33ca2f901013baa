"""What a column and a table are: the two frozen shapes every contract is made of.

Put here: the shapes and what follows from one table alone. Do not put here: any table (see the
domain modules), any rendering to another system (see `render.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class ContractError(ValueError):
    """A declaration contradicts itself or names something that does not exist."""


class Kind(StrEnum):
    """Logical column types; `render.py` knows what each is called elsewhere."""

    STRING = "string"
    BOOLEAN = "boolean"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    DATE = "date"
    INSTANT = "instant"


class Privacy(StrEnum):
    """How close a column is to a person."""

    NONE = "none"
    PERSONAL = "personal"
    PSEUDONYM = "pseudonym"
    SENSITIVE = "sensitive"


PRIVACY_LABELS: Mapping[Privacy, str] = {
    Privacy.NONE: "개인정보 아님",
    Privacy.PERSONAL: "개인에 관한 정보",
    Privacy.PSEUDONYM: "가명 식별자",
    Privacy.SENSITIVE: "민감 속성(감사용)",
}


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes, each with a Korean label."""

    name: str
    label: str
    codes: Mapping[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.codes


@dataclass(frozen=True)
class Column:
    """One column: name, type and what it means.

    `delivered` marks a column that a source sends; bronze holds those as text, silver types them.
    `minimum` and `maximum` are inclusive and bound the legal values of a number.
    """

    name: str
    kind: Kind
    label: str
    description: str = ""
    nullable: bool = True
    unit: str | None = None
    codes: CodeList | None = None
    minimum: float | None = None
    maximum: float | None = None
    privacy: Privacy = Privacy.NONE
    delivered: bool = True

    def required(self) -> Column:
        """The same column, never null."""
        return replace(self, nullable=False)

    def derived(self) -> Column:
        """The same column, computed by us instead of sent by a source."""
        return replace(self, delivered=False)

    def named(self, name: str, label: str | None = None) -> Column:
        """The same meaning under another name (wanted_occupation_code_1 of occupation_code)."""
        return replace(self, name=name, label=label or self.label)


@dataclass(frozen=True)
class Table:
    """One table: `{layer}__{nouns}`, its grain, key, columns and who answers for it."""

    id: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    owner: str = "데이터플랫폼팀"
    cadence: str = "매일 02:00"
    partition_by: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ()
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.name in self._by_name:
                raise ContractError(f"{self.id}: column {column.name} is declared twice; remove one declaration")
            self._by_name[column.name] = column
        missing = [name for name in (*self.key, *self.partition_by, *self.sort_by) if name not in self._by_name]
        if missing:
            raise ContractError(f"{self.id}: {missing} named in key, partition or sort but not declared as columns")

    @property
    def layer(self) -> str:
        """What stands before the two underscores (bronze, silver)."""
        return self.id.split("__", 1)[0]

    @property
    def noun(self) -> str:
        """What stands behind the two underscores."""
        return self.id.split("__", 1)[1]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def delivered(self) -> tuple[Column, ...]:
        """The columns that a source sends."""
        return tuple(column for column in self.columns if column.delivered)

    @property
    def is_personal(self) -> bool:
        """Whether any column says something of a person."""
        return any(column.privacy is not Privacy.NONE for column in self.columns)

    def column(self, name: str) -> Column:
        """The column `name`; raises ContractError naming the declared ones."""
        if name not in self._by_name:
            raise ContractError(f"{self.id} has no column {name}; declared: {', '.join(self.names)}")
        return self._by_name[name]
