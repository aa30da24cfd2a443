"""The network: backbone, pooling, head, views, first weights."""
