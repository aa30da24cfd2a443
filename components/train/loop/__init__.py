"""The training loop: steps, validation, interruption."""
