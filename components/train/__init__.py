"""Trains the embedder: a siamese ResNet50 with triplet loss and online mining."""
