"""Generated pages of docs/: the parameters and the commands."""
