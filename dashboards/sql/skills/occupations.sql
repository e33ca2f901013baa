-- question: which occupations are recommended first, and to how many of those with an answer?
-- grain: occupation, the 20 most recommended. source: agg.occupation_recommendations x agg.answers_by_code.
-- units: people, shares.
with answered as (
    select people_count from agg.answers_by_code where service_code = 'OCCUPATIONS' and answer_code = 'OK'
)

select r.occupation_code, r.occupation_name, r.people_count, r.people_count / a.people_count as share_0_1,
    r.score_mean_0_1
from agg.occupation_recommendations as r
left join answered as a on true
where r.occupation_code not in ('TOTAL', 'UNKNOWN', 'NO_ANSWER') and r.people_count is not null
order by r.people_count desc, r.occupation_code
limit 20
