-- question: how good is the served model on people who never taught it?
-- grain: cohort x label_name x measure_name. source: ops.evaluation.
select
    cohort,
    model_name,
    label_name,
    measure_name,
    value,
    value_low,
    value_high,
    limit_value,
    rows_count,
    result_code
from ops.evaluation
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
    and scope_code = 'SERVED'
    and measure_name not in ('wrongly_high_risk_ratio', 'rescored_rows_differ')
order by cohort = 'ALL' desc, cohort, label_name, measure_name
