-- question: how much of what their first wish needs do seekers have, by wished occupation?
-- grain: occupation_code of the first wish, plus TOTAL and NO_ANSWER. source: serving skill gaps x serving occupations.
-- Who has no wish and is measured against past work stands in NO_ANSWER and in no mean.
-- Means are sums of whole millionths, so the number of threads does not change a digit.
with people as (
    select
        as_of,
        coalesce(gap_occupation_code_1, 'NO_ANSWER') as occupation_code,
        cast(round(readiness_0_1_1 * 1000000) as bigint) as readiness,
        cast(round(open_share_0_1_1 * 1000000) as bigint) as open_share,
        case when needed_skills_count_1 > 0 then
            case when missing_skill_codes_1 <> '' then len(string_split(missing_skill_codes_1, '|')) else 0 end
        end as missing_count
    from serving__seeker_skill_gaps_v1
    where basis_code is distinct from 'HISTORY'
    union all
    select as_of, 'NO_ANSWER', null, null, null
    from serving__seeker_skill_gaps_v1
    where basis_code = 'HISTORY'
),

grouped as (
    select as_of, coalesce(occupation_code, 'TOTAL') as occupation_code, count(*) as people_count,
        sum(readiness) as readiness_sum, count(readiness) as readiness_count,
        sum(open_share) as open_sum, count(open_share) as open_count,
        sum(missing_count) as missing_sum, count(missing_count) as missing_count
    from people
    group by grouping sets ((as_of, occupation_code), (as_of))
)

select g.as_of, g.occupation_code, o.occupation_name, g.people_count,
    case when g.readiness_count >= 10 then round(g.readiness_sum / 1000000 / g.readiness_count, 4) end
        as readiness_mean_0_1,
    case when g.open_count >= 10 then round(g.open_sum / 1000000 / g.open_count, 4) end as open_share_mean_0_1,
    case when g.missing_count >= 10 then round(g.missing_sum / g.missing_count, 2) end as missing_mean,
    false as is_suppressed
from grouped as g
left join serving__occupations_v1 as o on o.occupation_code = g.occupation_code
order by g.occupation_code
