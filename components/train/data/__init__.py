"""Batches: sampling, augmentation, prefetching."""
