"""Assets in flow order: bronze, silver, gold, features, models, answers, job_matching, serving, publication."""
