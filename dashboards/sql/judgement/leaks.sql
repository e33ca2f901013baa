-- question: does any input know the outcome, and are the answers the model's own?
-- grain: model_name x measure_name. source: ops.evaluation.
select
    model_name,
    measure_name,
    value,
    value_low,
    value_high,
    limit_value,
    result_code
from ops.evaluation
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
    and (scope_code = 'LEAK' or measure_name = 'rescored_rows_differ')
order by scope_code = 'LEAK', model_name = 'additive', value desc, measure_name
