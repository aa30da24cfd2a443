"""models/embedder and reports/evaluation → models/frozen: what is shipped, proved equal to what was
trained.
"""
