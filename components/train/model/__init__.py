"""The network: backbone, pooling, views, first weights."""
