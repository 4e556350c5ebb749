"""Templates and word lists, and how a request is framed, wrapped and typed."""
