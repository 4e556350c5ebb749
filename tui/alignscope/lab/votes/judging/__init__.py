"""Models that are asked which of two replies is better, by a written list of principles.

As in constitutional AI (Bai et al. 2022), the feedback of a model stands in for a person's. It is never taken for that.
"""
