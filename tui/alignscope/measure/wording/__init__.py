"""Measures of what replies say, over their words.

Less diverse is not worse: longer and better replies repeat themselves less often by chance, and more often on purpose.
"""
