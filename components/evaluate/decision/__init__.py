"""Policies that choose where a claim is accepted, reviewed or rejected."""
