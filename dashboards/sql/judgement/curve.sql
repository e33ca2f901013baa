-- question: do as many find work as the probability says?
-- grain: bin_number. source: ops.calibration.
select
    bin_number,
    probability_from_0_1,
    mean_probability_0_1,
    observed_rate_0_1,
    observed_rate_0_1_low,
    observed_rate_0_1_high,
    people_count
from ops.calibration
where
    as_of = (select any_value(as_of) from ops.published_tables)
    and service_code = 'EMPLOYMENT'
    and group_name = 'ALL'
order by bin_number
