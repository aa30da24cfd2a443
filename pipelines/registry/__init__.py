"""MLflow's model registry: champion, challenger, promotion."""
