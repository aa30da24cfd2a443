"""Error rates and what they need: comparisons, resampling, thresholds, metric names."""
