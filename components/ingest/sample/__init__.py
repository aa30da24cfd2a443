"""The generated sample: signatures drawn from a seed."""
