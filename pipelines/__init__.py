"""The Kubeflow pipelines: `python -m pipelines compile|run`. They import the components and are
imported by nothing.
"""
