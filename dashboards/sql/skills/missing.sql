-- question: which skills do seekers lack most for their first wish, and what would each open?
-- grain: skill, the 20 most common. source: agg.missing_skills. units: people, shares.
select skill_code, skill_name, people_count, share_0_1, unlocked_mean_0_1
from agg.missing_skills
where skill_code <> 'TOTAL' and people_count is not null
order by people_count desc, skill_code
limit 20
