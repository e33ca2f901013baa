"""Assets in flow order: bronze, silver, gold, features, models, answers, serving, publication."""
