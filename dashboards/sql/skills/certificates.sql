-- question: which certificates are recommended first, and do openings ask for them?
-- grain: certificate, the 20 most recommended. source: agg.certificate_recommendations. units: people, shares.
select certificate_name, people_count, score_mean_0_1, openings_share_mean_0_1
from agg.certificate_recommendations
where certificate_name not in ('TOTAL', 'UNKNOWN', 'NO_ANSWER') and people_count is not null
order by people_count desc, certificate_name
limit 20
