"""Divides the identities into train, val and test."""
