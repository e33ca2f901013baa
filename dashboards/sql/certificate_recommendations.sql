-- question: which certificates are recommended first, and do openings ask for them?
-- grain: certificate_name, plus TOTAL, UNKNOWN and NO_ANSWER. source: serving certificates of people.
with people as (
    select
        as_of,
        case when answer_code <> 'OK' then 'NO_ANSWER' else coalesce(certificate_name_1, 'UNKNOWN') end as certificate_name,
        cast(round(score_0_1_1 * 1000000) as bigint) as score,
        cast(round(openings_share_0_1_1 * 1000000) as bigint) as asked
    from serving__seeker_certificates_v1
),

grouped as (
    select as_of, coalesce(certificate_name, 'TOTAL') as certificate_name, count(*) as people_count,
        sum(score) as score_sum, count(score) as score_count,
        sum(asked) as asked_sum, count(asked) as asked_count
    from people
    group by grouping sets ((as_of, certificate_name), (as_of))
)

select as_of, certificate_name, people_count,
    case when score_count >= 10 then round(score_sum / 1000000 / score_count, 4) end as score_mean_0_1,
    case when asked_count >= 10 then round(asked_sum / 1000000 / asked_count, 4) end as openings_share_mean_0_1,
    false as is_suppressed
from grouped
order by certificate_name
