"""MLflow: the run of an execution, and the versions of its code and data."""
