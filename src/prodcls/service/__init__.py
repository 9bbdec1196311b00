"""The HTTP service: classification, accounts and the lookup page of one bundle, in one process.

Nothing outside this package and `prodcls.serve` knows of HTTP.
"""
