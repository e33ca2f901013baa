"""What a change of some features would do to the logit: only the terms that hold a changed feature are looked up.

Must not hold: which changes are advice, or any claim of cause; the answer is the model's, re-scored.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ml.additive.encode import encode_mapping
from ml.additive.errors import ColumnTypeError, MissingColumnError
from ml.additive.lookup import cells_of, code_columns, term_tables
from ml.additive.model import AdditiveModel


def change_logit(model: AdditiveModel, columns: Mapping[str, Any], xp: ModuleType, changes: Mapping[str, Any]) -> Any:
    """Raw logit with the features of `changes` at their new values, less the raw logit as it is: (n,) float64.

    Both mappings hold columns as score_batch takes them; all other features stay as they are.
    """
    known = {feature.name: index for index, feature in enumerate(model.features)}
    strange = sorted(set(changes) - set(known))
    if strange or not changes:
        raise MissingColumnError(
            "changes", found=strange or "none", expected=f"some of {sorted(known)}", action="name features of the model"
        )
    changed = {known[name] for name in changes}
    touched = [term for term in model.terms if changed.intersection(term.feature_indices)]
    needed = sorted(changed.union(*(term.feature_indices for term in touched)))
    before = encode_mapping(columns, tuple(model.features[index] for index in needed))
    after = encode_mapping(changes, tuple(model.features[index] for index in sorted(changed)))
    rows, new_rows = (len(next(iter(part.values()))) for part in (before, after))
    if rows != new_rows:
        raise ColumnTypeError("changes", found=f"{new_rows} rows", expected=f"{rows} rows", action="one value a row")
    old = code_columns(before, [model.features[index] for index in needed], xp)
    new = old | code_columns(after, [model.features[index] for index in sorted(changed)], xp)
    difference = xp.zeros(rows, dtype=xp.float64)
    for term in touched:
        table = term_tables(model, term, xp)
        difference += xp.take(table.scores, cells_of(table, new, xp)) - xp.take(table.scores, cells_of(table, old, xp))
    return difference
