"""What training did by a lottery, and what it seems to have done against people outside it.

Must not hold: the probability model. Tables: people, one row each, with a 0/1 column "took training", an outcome and
what was known before. In an experiment a lottery made both groups alike, so the difference of their means is the
effect; against anyone else the difference also holds how those who take training differ from the start. The measured
gap between the two is why no page may read "took a course" as "the course helped" (LaLonde 1986; Dehejia and Wahba
1999).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.tabular.errors import LabelValueError, UnknownColumnError
from ml.tabular.read import infer_kind, read_numbers, read_table

FloatArray = npt.NDArray[np.float64]
_Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Roles:
    """Names of the columns: who was trained (0/1), what came of it, and columns that describe nobody."""

    treated: str
    outcome: str
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A difference with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class TrainingEffect:
    """The lottery's answer beside what a comparison with other people gives, and how those people differ.

    `means`: per column known before, the mean among trained, the lottery's untrained, and the other people.
    """

    counts: tuple[int, int, int]
    experimental: Estimate
    naive: Estimate
    adjusted: Estimate
    means: dict[str, tuple[float, float, float]]


def compare_effects(experiment: Path, comparison: Path, roles: Roles) -> TrainingEffect:
    """The trained of an experiment against its own untrained, and against the untrained rows of another file.

    Adjusted by a regression on the numeric columns that both files know of every row.
    """
    lottery, others = _read(experiment, roles), _read(comparison, roles)
    took = lottery.column(roles.treated).to_numpy() == 1
    trained, untrained = lottery.filter(pa.array(took)), lottery.filter(pa.array(~took))
    others = others.filter(pc.equal(others.column(roles.treated), 0))
    for path, group, wanted in ((experiment, trained, 1), (experiment, untrained, 0), (comparison, others, 0)):
        if group.num_rows < 2:
            raise LabelValueError(
                f"{path}, column {roles.treated}",
                found=f"{group.num_rows} rows with {wanted}",
                expected="at least two",
                action="check which column says who was trained",
            )
    known = [name for name in lottery.column_names if _is_known(name, roles, (trained, others))]
    groups = (trained, untrained, others)
    outcomes = [group.column(roles.outcome).to_numpy() for group in groups]
    return TrainingEffect(
        counts=(trained.num_rows, untrained.num_rows, others.num_rows),
        experimental=difference_of_means(outcomes[0], outcomes[1]),
        naive=difference_of_means(outcomes[0], outcomes[2]),
        adjusted=adjusted_difference((outcomes[0], outcomes[2]), (_matrix(trained, known), _matrix(others, known))),
        means={name: _means(name, groups) for name in known},
    )


def difference_of_means(treated: FloatArray, untreated: FloatArray) -> Estimate:
    """Mean of (n,) minus mean of (m,), with Welch's standard error."""
    error = np.sqrt(treated.var(ddof=1) / len(treated) + untreated.var(ddof=1) / len(untreated))
    return _estimate(float(treated.mean() - untreated.mean()), float(error))


def adjusted_difference(outcomes: tuple[FloatArray, FloatArray], known: tuple[FloatArray, FloatArray]) -> Estimate:
    """Coefficient of being treated beside columns known before, (n, k) and (m, k); robust (HC1) standard error."""
    outcome = np.concatenate(outcomes)
    is_treated = np.repeat([1.0, 0.0], [len(part) for part in outcomes])
    columns = np.concatenate(known)
    spread = columns.std(axis=0)
    columns = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    design = np.column_stack([is_treated, np.ones(len(outcome)), columns])
    bread = np.linalg.pinv(design.T @ design)
    coefficients = bread @ design.T @ outcome
    residual = outcome - design @ coefficients
    weighted = design * residual[:, None]
    scale = len(outcome) / (len(outcome) - design.shape[1])
    covariance = scale * bread @ (weighted.T @ weighted) @ bread
    return _estimate(float(coefficients[0]), float(np.sqrt(covariance[0, 0])))


def describe_effect(effect: TrainingEffect) -> str:
    """The report as text."""
    trained, untrained, others = effect.counts
    lines = [
        f"trained {trained:,}, not trained by lottery {untrained:,}, other people {others:,}",
        _line("by lottery (the effect)", effect.experimental),
        _line("against other people", effect.naive),
        _line("the same, adjusted", effect.adjusted),
        f"{'known before, mean':<26}{'trained':>12}{'lottery':>12}{'others':>12}",
    ]
    for name, means in effect.means.items():
        lines.append(f"{name:<26}" + "".join(f"{mean:>12,.2f}" for mean in means))
    return "\n".join(lines)


def _line(title: str, estimate: Estimate) -> str:
    """One difference with its interval."""
    return f"{title:<26}{estimate.value:>12,.0f}  ({estimate.low:,.0f} to {estimate.high:,.0f})"


def _read(path: Path, roles: Roles) -> pa.Table:
    """The file's numeric columns; the two named ones must be numbers in every row, who was trained 0 or 1."""
    text = read_table(path)
    columns = {}
    for name in (roles.treated, roles.outcome):
        if name not in text.column_names:
            raise UnknownColumnError(
                f"{path}, header", found=f"no column {name}", expected="it", action="name the column by an option"
            )
    for name in text.column_names:
        if name not in roles.ignored and (
            name in (roles.treated, roles.outcome) or infer_kind(text.column(name)) == "numeric"
        ):
            columns[name] = read_numbers(text.column(name), f"{path}, column {name}")
    is_flag = pc.is_in(columns[roles.treated], value_set=pa.array([0.0, 1.0]))
    complete = columns[roles.outcome].null_count == 0
    if not (complete and pc.all(is_flag).as_py()):
        raise LabelValueError(
            f"{path}, columns {roles.treated} and {roles.outcome}",
            found="missing values, or others than 0 and 1 for who was trained",
            expected="both known in every row",
            action="leave out the rows without them",
        )
    return pa.table(columns)


def _is_known(name: str, roles: Roles, groups: tuple[pa.Table, ...]) -> bool:
    """Whether every row of every group has a value of a column known before."""
    if name in (roles.treated, roles.outcome):
        return False
    return all(name in group.column_names and group.column(name).null_count == 0 for group in groups)


def _matrix(group: pa.Table, names: list[str]) -> FloatArray:
    """Columns as (n, k)."""
    return np.column_stack([np.empty((group.num_rows, 0)), *[group.column(name).to_numpy() for name in names]])


def _means(name: str, groups: tuple[pa.Table, ...]) -> tuple[float, float, float]:
    """Mean of a column in each group, over the rows that have it."""
    trained, untrained, others = (float(np.nanmean(group.column(name).to_numpy())) for group in groups)
    return trained, untrained, others


def _estimate(value: float, error: float) -> Estimate:
    """A value with its interval by the normal curve."""
    return Estimate(value, value - _Z_95 * error, value + _Z_95 * error)
