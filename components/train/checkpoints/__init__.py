"""Checkpoints: the key of a run, saving, resuming, mirroring to S3."""
