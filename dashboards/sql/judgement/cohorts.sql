-- question: which past dates were used for what, and who was left out?
-- grain: snapshot_date. source: ops.cohorts.
select
    snapshot_date,
    uses_text,
    is_followed_up,
    registered_count,
    rows_count,
    evaluation_rows_count,
    hired_count,
    kept_count,
    left_out_count
from ops.cohorts
where
    as_of = (select any_value(as_of) from ops.published_tables)
order by snapshot_date
