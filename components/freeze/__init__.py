"""models/embedder and reports/evaluation → models/frozen: exports equal to the trained model."""
