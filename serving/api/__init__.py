"""The service's HTTP interface: a guard below the framework, and what answers behind it."""
