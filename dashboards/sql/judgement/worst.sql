-- question: which group is called high-risk wrongly most, and does that block publication?
-- grain: one service. source: ops.evaluation.
select
    value,
    value_low,
    value_high,
    limit_value,
    result_code,
    detail
from ops.evaluation
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
    and measure_name = 'wrongly_high_risk_ratio'
order by cohort
