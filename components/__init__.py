"""The steps of the pipeline: ingest → preprocess → split → train → evaluate → freeze."""
