-- question: how far do tonight's inputs lie from those the model learned from?
-- grain: feature_name. source: ops.drift.
select
    feature_name,
    psi,
    limit_value,
    missing_then_0_1,
    missing_now_0_1,
    unknown_count,
    result_code
from ops.drift
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
order by psi desc, feature_name
