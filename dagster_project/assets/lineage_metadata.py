"""Column lineage as Dagster shows it beside a table.

Do not put here: where lineage comes from (lake/contracts/lineage.py).
"""

from __future__ import annotations

import dagster as dg

from lake.contracts import lineage
from lake.contracts.registry import table


def column_lineage(table_id: str) -> dg.TableColumnLineage:
    """The columns that the values of each column of a table come from; a column of constants has none."""
    return dg.TableColumnLineage(
        {
            name: [
                dg.TableColumnDep(asset_key=origin.table_id, column_name=origin.column)
                for origin in lineage.sources_of(table_id, name).values
            ]
            for name in table(table_id).names
            if lineage.sources_of(table_id, name).values
        }
    )
