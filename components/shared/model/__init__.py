"""The embedder and the bundle that is shipped."""
