"""The 6-month employment probability: cohorts, training and scoring on top of `ml.additive`."""
