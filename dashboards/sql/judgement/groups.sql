-- question: is the model calibrated for each group?
-- grain: group_name x group_code. source: ops.fairness.
select
    group_name,
    group_code,
    people_count,
    hired_rate_0_1,
    mean_probability_0_1,
    ece_0_1,
    ece_0_1_low,
    ece_0_1_high,
    is_reference,
    is_suppressed,
    result_code
from ops.fairness
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
order by group_name <> 'ALL', group_name, group_code
