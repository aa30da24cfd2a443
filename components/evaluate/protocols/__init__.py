"""Evaluation protocols: verification, identification, thresholds carried from val."""
