"""Comparisons, in memory or out of core: error rates, curves, confidence intervals."""
