"""Commands for maintainers; nothing here is part of the pipeline or of its image."""
