"""Baselines and shortcuts: error rates without training, the shortcut probe."""
