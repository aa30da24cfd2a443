"""The evaluation as files, tables, plots, text and HTML."""
