"""Files and S3: atomic outputs, sha256 manifests, objects."""
