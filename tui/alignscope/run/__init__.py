"""Prompts on their way through a lineup, without a screen: servers, asking, an exploration in progress."""
