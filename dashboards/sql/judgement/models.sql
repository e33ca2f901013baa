-- question: is the model better than simpler ones on past dates?
-- grain: cohort x model_name x measure_name. source: ops.evaluation.
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
    and scope_code = 'BACKTEST'
order by cohort, model_name, measure_name
