"""Preprocess: the images of a catalog become one memory-mapped array."""
