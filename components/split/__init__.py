"""Split: the identities are divided into train, val and test."""
