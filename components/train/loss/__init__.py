"""Triplet mining and losses."""
