"""Recording a session: journal, session file, recovery after a crash."""
