"""Sources of data: folders, the web, S3, DVC repositories."""
