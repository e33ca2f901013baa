-- question: which missing skills do the first recommended sessions close, and how do such sessions end?
-- grain: skill, the 20 most recommended. source: agg.course_recommendations. units: people, sessions, shares.
select skill_code, skill_name, people_count, sessions_count, score_mean_0_1, outcome_mean_0_1
from agg.course_recommendations
where skill_code not in ('TOTAL', 'UNKNOWN', 'NO_ANSWER') and people_count is not null
order by people_count desc, skill_code
limit 20
