"""Layouts: identity, kind and part of a source's images, from their paths or from a table."""
