"""Metrics of a training by step, for MLflow and TensorBoard."""
