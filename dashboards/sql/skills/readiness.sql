-- question: how much of what their first wish needs do seekers have?
-- grain: wished occupation, the 20 wished most. source: agg.skill_gaps. units: people, shares.
select occupation_code, occupation_name, people_count, readiness_mean_0_1, open_share_mean_0_1, missing_mean
from agg.skill_gaps
where occupation_code not in ('TOTAL', 'UNKNOWN', 'NO_ANSWER') and readiness_mean_0_1 is not null
order by people_count desc, occupation_code
limit 20
