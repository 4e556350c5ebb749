"""The OpenAI-style API of llama-server, vLLM, LM Studio and others."""
