"""Catalog, image store, split, source files and the one image normalisation."""
