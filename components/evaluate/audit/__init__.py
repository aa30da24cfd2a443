"""Baselines and shortcuts: error rates without a trained network, the shortcut probe."""
