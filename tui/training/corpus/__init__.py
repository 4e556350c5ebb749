"""Text as token ids: the vocabulary, the corpus and the chats, made by several processes."""
