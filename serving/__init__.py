"""The service: enrols people, verifies claims and identifies, with a bundle and no TensorFlow."""
