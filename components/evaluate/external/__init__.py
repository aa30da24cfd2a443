"""Evaluation of a frozen model on images that it has never seen."""
