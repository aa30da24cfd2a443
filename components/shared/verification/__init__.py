"""Error rates and what they need: comparisons, intervals, thresholds, metric names."""
