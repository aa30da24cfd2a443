"""Pages for people with a browser: plain forms, which need no script."""
