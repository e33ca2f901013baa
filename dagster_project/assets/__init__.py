"""Assets in flow order: bronze to features, models, answers, skill_matching, job_matching, serving, publication."""
