-- question: are recommendations spread over the open postings, or do a few take them all?
-- grain: a band of times recommended (0, 1, 2-4, 5-9, 10-19, ... 1000+). source: serving jobs x serving job_postings.
with recommended as (
    select posting_id, count(*) as times_count
    from (
        select unnest([posting_id_1, posting_id_2, posting_id_3, posting_id_4, posting_id_5]) as posting_id
        from serving__seeker_jobs_v1
    )
    where posting_id is not null
    group by posting_id
),

bands as (
    select * from (values (0, 0), (1, 1), (2, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 199), (200, 499),
        (500, 999), (1000, null)) as b (recommended_from_count, recommended_to_count)
),

postings as (
    select p.as_of, p.headcount, coalesce(r.times_count, 0) as times_count
    from serving__job_postings_v1 as p
    left join recommended as r on r.posting_id = p.posting_id
),

banded as (
    select p.as_of, b.recommended_from_count, b.recommended_to_count, count(*) as postings_count,
        sum(p.headcount) as headcount, sum(p.times_count) as recommendations_count
    from postings as p
    inner join bands as b
        on p.times_count >= b.recommended_from_count
        and (b.recommended_to_count is null or p.times_count <= b.recommended_to_count)
    group by all
)

select as_of, recommended_from_count, recommended_to_count, postings_count,
    round(postings_count / sum(postings_count) over (), 4) as postings_share_0_1,
    headcount, recommendations_count,
    round(recommendations_count / nullif(sum(recommendations_count) over (), 0), 4) as recommendations_share_0_1
from banded
order by recommended_from_count
