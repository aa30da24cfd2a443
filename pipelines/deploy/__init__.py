"""The service brought onto a Kubernetes cluster, and proven there."""
