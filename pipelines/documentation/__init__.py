"""Pages of docs/ that are generated: the parameters and the commands."""
