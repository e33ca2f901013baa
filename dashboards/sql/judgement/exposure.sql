-- question: are recommendations spread over the open postings by their openings, before and after the sharing?
-- grain: group_kind x group_code. source: ops.exposure.
with night as (
    select *
    from ops.exposure
    where as_of = (select any_value(as_of) from ops.published_tables)
)

select
    after.group_kind,
    after.group_code,
    after.postings_count,
    after.openings_share_0_1,
    before.recommendations_share_0_1 as recommendations_share_before,
    after.recommendations_share_0_1 as recommendations_share_after,
    before.largest_ratio as largest_ratio_before,
    after.largest_ratio as largest_ratio_after,
    before.p99_ratio as p99_ratio_before,
    after.p99_ratio as p99_ratio_after,
    before.over_capacity_count as over_capacity_before,
    after.over_capacity_count as over_capacity_after,
    before.gini_0_1 as gini_before,
    after.gini_0_1 as gini_after,
    before.coverage_0_1 as coverage_before,
    after.coverage_0_1 as coverage_after,
    before.mean_score_0_1 as mean_score_before,
    after.mean_score_0_1 as mean_score_after,
    before.short_seekers_count as short_seekers_before,
    after.short_seekers_count as short_seekers_after
from night as after
inner join night as before
    on
        after.group_kind = before.group_kind
        and after.group_code = before.group_code
        and before.phase_code = 'BEFORE'
where after.phase_code = 'AFTER'
order by after.group_kind, after.group_code = 'UNKNOWN', after.group_code
