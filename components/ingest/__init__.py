"""Ingest: a source of images becomes data/raw, the bytes as they came with a catalog."""
