"""The pipelines on Kubeflow: compiled, submitted, scheduled, run locally."""
