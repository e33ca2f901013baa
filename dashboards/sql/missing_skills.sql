-- question: which skills do seekers lack most for their first wish, and what would each open?
-- grain: skill_code, plus TOTAL; a person may stand in several. source: serving skill gaps of people.
-- Who has no wish and is measured against past work counts in TOTAL alone.
-- People with the same gap are counted once and then spread over its skills. Means are sums of whole millionths.
with cases as (
    select as_of, answer_code, basis_code is distinct from 'HISTORY' as is_wish, missing_skill_codes_1 as codes,
        unlocked_shares_text_1 as shares,
        count(*) as people_count
    from serving__seeker_skill_gaps_v1
    group by all
),

positions as (
    select as_of, people_count, string_split(codes, '|') as codes, string_split(shares, '|') as shares,
        unnest(range(1, len(string_split(codes, '|')) + 1)) as position
    from cases
    where answer_code = 'OK' and is_wish and codes <> ''
),

spread as (
    select as_of, people_count, codes[position] as skill_code,
        cast(round(try_cast(shares[position] as double) * 1000000) as bigint) as millionths
    from positions
),

everybody as (
    select as_of, sum(people_count) as people_count from cases group by as_of
),

counted as (
    select as_of, skill_code, sum(people_count) as people_count,
        sum(people_count * millionths) as millionths,
        sum(people_count) filter (millionths is not null) as known_count
    from spread
    group by as_of, skill_code
    union all
    select as_of, 'TOTAL', people_count, null, null from everybody
)

select t.as_of, t.skill_code, s.skill_name, t.people_count,
    round(t.people_count / e.people_count, 4) as share_0_1,
    case when t.known_count >= 10 then round(t.millionths / 1000000 / t.known_count, 4) end as unlocked_mean_0_1,
    false as is_suppressed
from counted as t
left join everybody as e on e.as_of = t.as_of
left join serving__skills_v1 as s on s.skill_code = t.skill_code
order by t.skill_code
