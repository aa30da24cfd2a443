"""The machine and the command line: errors, parameters, exit codes, backend, progress."""
