"""Instruction and preference data: what visitors type, with good and bad replies, made by rule."""

from training.instruct.make import examples, pairs, requests

__all__ = ["examples", "pairs", "requests"]
