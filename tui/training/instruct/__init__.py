"""Instruction and preference data: requests as visitors type them, with good and bad replies, made by rule from word lists."""

from training.instruct.make import examples, pairs, requests

__all__ = ["examples", "pairs", "requests"]
