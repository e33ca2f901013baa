"""Assets in flow order: bronze, silver, rights, gold, features, models, answers, matching, serving, publication."""
