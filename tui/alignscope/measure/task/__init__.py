"""Tasks with something to be right about: what alignment costs, or keeps, is measured on them.

A task that a model fails in one frame it may do in another. Figures of a base model under a scaffold and of a chat
under its template are kept apart, and no difference between them is the weights' alone.
"""
