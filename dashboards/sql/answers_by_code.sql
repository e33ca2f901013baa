-- question: how many people got an answer from each service, and why did the others get none?
-- grain: service_code x answer_code. source: the six serving tables of people.
with answers as (
    select as_of, 'EMPLOYMENT' as service_code, answer_code from serving__seeker_employment_v1
    union all
    select as_of, 'OCCUPATIONS', answer_code from serving__seeker_occupations_v1
    union all
    select as_of, 'JOBS', answer_code from serving__seeker_jobs_v1
    union all
    select as_of, 'GAPS', answer_code from serving__seeker_skill_gaps_v1
    union all
    select as_of, 'COURSES', answer_code from serving__seeker_courses_v1
    union all
    select as_of, 'CERTIFICATES', answer_code from serving__seeker_certificates_v1
),

counted as (
    select as_of, service_code, answer_code, count(*) as people_count
    from answers
    group by all
)

select
    *,
    round(people_count / sum(people_count) over (partition by as_of, service_code), 4) as share_0_1,
    false as is_suppressed
from counted
order by service_code, answer_code
