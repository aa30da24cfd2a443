"""Measures an embedder on identities that it has never seen: error rates with intervals, floors,
and a report.
"""
