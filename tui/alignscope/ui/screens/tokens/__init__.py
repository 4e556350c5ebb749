"""The token view: a turn's replies token by token, with what else was likely at each."""
