-- question: what does leaving age out cost?
-- grain: measure_name. source: ops.evaluation.
select
    cohort,
    model_name,
    label_name,
    measure_name,
    value,
    value_low,
    value_high,
    limit_value,
    rows_count
from ops.evaluation
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
    and scope_code = 'AGE'
order by measure_name like '%_difference' desc, measure_name
