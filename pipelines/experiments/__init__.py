"""Grids and cross-validation as DVC experiments."""
