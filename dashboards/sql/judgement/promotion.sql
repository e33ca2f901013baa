-- question: was the month's new model taken, and by which numbers?
-- grain: one service. source: ops.promotions.
select
    model_version,
    candidate_version,
    incumbent_version,
    is_promoted,
    brier_gain,
    brier_gain_low,
    brier_gain_high,
    ece,
    ece_limit,
    largest_gap_growth
from ops.promotions
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
order by service_code
