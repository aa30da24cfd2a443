"""Several devices, and the precision that each is fast in."""
