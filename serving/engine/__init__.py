"""The shipped model at work: from encoded images to embeddings, and from these to answers."""
