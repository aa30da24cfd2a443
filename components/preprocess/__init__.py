"""Decodes and normalises the images of a catalog into one memory-mapped array."""
