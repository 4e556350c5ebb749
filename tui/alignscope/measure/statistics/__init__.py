"""Intervals and tests over prompts.

An interval is about prompts like these, as if they had been drawn at random. It is one of 95 % unless another level is
named. A prompt counts once, however often it was asked.
"""
