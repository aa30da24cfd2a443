"""Curves of a training, for MLflow and TensorBoard."""
