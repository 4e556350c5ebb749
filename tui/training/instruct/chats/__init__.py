"""Whole chats: of several turns, of a shape of their own, and with a fault in the reply."""
