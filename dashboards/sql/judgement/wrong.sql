-- question: who is called high-risk, rightly and wrongly?
-- grain: group_name x group_code. source: ops.fairness.
select
    group_name,
    group_code,
    people_count,
    is_reference,
    is_suppressed,
    true_positive_rate_0_1,
    true_positive_rate_0_1_low,
    true_positive_rate_0_1_high,
    true_positive_gap,
    true_positive_gap_low,
    true_positive_gap_high,
    false_positive_rate_0_1,
    false_positive_rate_0_1_low,
    false_positive_rate_0_1_high,
    false_positive_gap,
    false_positive_gap_low,
    false_positive_gap_high,
    wrongly_high_risk_ratio,
    wrongly_high_risk_ratio_low,
    wrongly_high_risk_ratio_high
from ops.fairness
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
order by group_name <> 'ALL', group_name, group_code
