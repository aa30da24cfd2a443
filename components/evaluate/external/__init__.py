"""Evaluation of a shipped model on images that it has never seen."""
