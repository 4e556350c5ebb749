"""Measurements of the twins: samples from their files, judged by rule, as a table and a model card."""
